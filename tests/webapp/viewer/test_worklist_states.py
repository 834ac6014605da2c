"""Which state the worklist gives to a case: one per state of its newest job, and the reader's own."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.webapp.viewer.case_factory import make_image, make_result, make_user, make_waiting, review_body
from webapp.accounts.models import User
from webapp.reviews.record_review import record_review
from webapp.viewer.worklist.cases import streams

pytestmark = pytest.mark.django_db


def state_of_the_case(user: User) -> str:
    """Of the only one."""
    (shown,) = streams(user)
    return shown.get().case_state  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    ("job", "state"),
    [("queued", "waiting"), ("running", "waiting"), ("failed", "failed"), ("cancelled", "failed")],
)
def test_a_case_without_a_result_is_never_to_read(job: str, state: str) -> None:
    make_waiting(make_image(), job)
    assert state_of_the_case(make_user("alice")) == state


@pytest.mark.parametrize(
    ("result", "state"),
    [({}, "to_read"), ({"probability": None, "decision": "refused"}, "refused")],
    ids=["answered", "refused"],
)
def test_a_finished_case_waits_for_a_reader_unless_the_model_refused(result: dict[str, Any], state: str) -> None:
    make_result(make_image(), **result)
    assert state_of_the_case(make_user("alice")) == state


def test_a_case_of_which_somebody_spoke_is_read_even_when_it_runs_again() -> None:
    image, alice = make_image(), make_user("alice")
    make_result(image)
    record_review(alice, image, review_body())
    make_waiting(image, "running")
    assert state_of_the_case(make_user("bob")) == "read"


def test_the_filter_to_read_leaves_running_cases_out(signed_in: Callable[..., Client]) -> None:
    make_result(make_image(patient_id="READY"))
    make_waiting(make_image(patient_id="RUNNING"), "running")
    page = signed_in().get("/?state=to_read").content.decode()
    assert "READY" in page
    assert "RUNNING" not in page
