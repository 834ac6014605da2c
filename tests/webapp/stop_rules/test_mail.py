"""A firing is mailed by a worker, to the addresses that are set, without a patient; a mail server that is away delays nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client

from tests.webapp.change_plans.conftest import ada, in_service, project, second  # noqa: F401  fixtures
from tests.webapp.stop_rules.test_turn import PAGE, plan_with, reads  # noqa: F401  fixtures
from webapp.accounts.models import User
from webapp.archive.models import Project
from webapp.stop_rules.mail import MAIL
from webapp.stop_rules.turn import look_at_rules
from webapp.work.models import Job
from webapp.work.worker import run_one

pytestmark = pytest.mark.django_db
TEST = f"{PAGE}test-mail/"


@pytest.fixture
def mailing(settings: LazySettings) -> None:
    settings.STOP_RULE_MAIL = ["physics@example.org"]


def test_a_firing_is_mailed_by_a_worker_without_a_patient(
    ada: User,  # noqa: F811
    second: User,  # noqa: F811
    project: Project,  # noqa: F811
    reads: Callable[..., None],  # noqa: F811
    mailing: None,
) -> None:
    plan_with(ada, second, project)
    reads(0.5)
    look_at_rules()
    assert mail.outbox == []
    run_one()
    (sent,) = mail.outbox
    assert sent.to == ["physics@example.org"]
    assert sent.subject == "Sightline: rule S1 fired"
    assert "Rule S1 of P-1 in" in sent.body
    assert "Scores are withheld. Refused images is 0.5" in sent.body
    look_at_rules()
    assert Job.objects.filter(kind=MAIL).count() == 1


def test_a_server_that_is_away_is_told_on_the_page_and_the_rule_acted(
    second: User,  # noqa: F811
    client: Client,
    mailing: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*_: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("webapp.stop_rules.mail.send_mail", away)
    client.force_login(second)
    client.post(TEST)
    run_one()
    page = client.get(PAGE).content.decode()
    assert "The mail server did not take it (ConnectionRefusedError)." in page
    assert "physics@example.org" not in page


def test_without_addresses_the_page_says_so_and_nothing_is_queued(second: User, client: Client) -> None:  # noqa: F811
    client.force_login(second)
    client.post(TEST)
    assert "Mail is not set up" in client.get(PAGE).content.decode()
    assert not Job.objects.filter(kind=MAIL).exists()


def test_a_reader_sends_no_test(mailing: None, signed_in: Callable[..., Client]) -> None:
    assert signed_in().post(TEST).status_code == 403
    assert not Job.objects.exists()
