"""Nobody but who decides about models is told a number or a box of the candidate, and nobody at all before the end.

The candidate's answer has numbers of its own, so that a string found in an answer tells whose it is. Beside that every answer to a
reader is compared with itself without the candidate's rows.
"""

import re
from collections.abc import Callable

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client

from tests.reader_study.studies.study_factory import crossed_body
from tests.reader_study.studies.test_blinding_crawl import crawl_of
from tests.webapp.sentinel.test_sentinel_crawl import NOISE, answers
from tests.webapp.silent_trials.conftest import work
from webapp.accounts.models import User
from webapp.archive.models import Image
from webapp.silent_trials import models
from webapp.silent_trials.end import Code, end
from webapp.silent_trials.models import SilentAnswer, SilentCase, SilentReport, SilentTrial

pytestmark = pytest.mark.django_db
MADE = re.compile(r'"id":"[0-9a-f-]{36}"')  # of what a POST made
NUMBER, BOX = 0.71234599, 519.375
SECRETS = (f"{NUMBER}", "71.2", ">.71<", f"{BOX}")


def planted(trial: SilentTrial, image: Image) -> None:
    """What the candidate says of the image; a box as well, were one kept."""
    case = SilentCase.objects.filter(trial=trial, image=image).first()
    if case is None:
        case = SilentCase(trial=trial, image=image, findings={}, is_refused=False, seconds=0.1)
        case.save()
    said = {"probability": NUMBER, "flagged": True, "boxes": [{"x": BOX, "y": 5, "w": 9, "h": 9}]}
    columns = {"is_refused": False, "seconds": NUMBER, "input_sha256": "c" * 64}
    SilentAnswer(case=case, findings={"lung_opacity": said}, **columns).save()


def ended(trial: SilentTrial) -> None:
    """With figures."""
    end(trial, Code.IMAGES, "all came")
    SilentReport(trial=trial, report={"findings": {}, "accuracy": {}, "images": NUMBER}).save()


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def leaks(found: dict[str, str]) -> list[str]:
    return [f"{path}: {word}" for path, text in found.items() for word in SECRETS if word in text and word not in path]


LOOKS = 3  # ages and times of day differ between two looks now and then, but not at one address every time


def differing(client: Client, trial: SilentTrial, image: Image) -> set[str]:
    """Addresses that answer otherwise when the candidate has answered, in each of LOOKS looks."""
    found: set[str] = set()
    for look in range(LOOKS):
        told = []
        for plant in (lambda trial, image: None, planted):
            with transaction.atomic():
                plant(trial, image)
                texts = answers(client, image)
                assert leaks(texts) == []
                told.append({path: MADE.sub("", NOISE.sub("", text)) for path, text in texts.items()})
                transaction.set_rollback(True)
        now = {path for path in told[0] if told[1][path] != told[0][path]}
        found = found & now if look else now
        if not found:
            break
    return found


def test_a_reader_meets_nothing_of_the_candidate_while_it_runs_and_afterwards(
    reader: User, ada: User, trial: SilentTrial, arrive: Callable[..., Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    image = arrive()
    monkeypatch.setattr("webapp.silent_trials.case_run._store", lambda case, answer: None)
    work()
    client = client_of(reader)
    assert differing(client, trial, image) == set()
    planted(trial, image)
    ended(trial)
    pages = (
        "/models/",
        f"/models/{trial.candidate_id}/",
        *(f"/models/silent/{rest}" for rest in ("", "1/", "1/export/")),
    )
    assert leaks({path: client.get(path).content.decode() for path in pages}) == []
    assert str(NUMBER) in client_of(ada).get("/models/silent/1/export/").content.decode(), "it is there to be seen"


def test_a_blinded_reader_meets_nothing_of_the_candidate(trial: SilentTrial) -> None:
    crawl = crawl_of(crossed_body())
    for case in crawl.made.study.cases.select_related("image"):
        planted(trial, case.image)
    ended(trial)
    assert crawl.leaks(crawl.made.readers[0], list(SECRETS)) == []


def test_before_the_end_those_who_decide_meet_no_number_either(
    ada: User, second: User, trial: SilentTrial, arrive: Callable[..., Image]
) -> None:
    image = arrive()
    work()
    score = SilentAnswer.objects.get(case__image=image).findings["lung_opacity"]["probability"]
    for person in (ada, second):
        client = client_of(person)
        pages = ("/models/", "/models/silent/", "/models/silent/1/", "/models/silent/1/export/", "/operations/")
        for path in pages:
            text = client.get(path).content.decode()
            assert f"{score}" not in text
            assert f"{score:.3f}" not in text


def test_no_admin_page_lists_the_rows() -> None:
    assert not [model for model in admin.site._registry if model.__module__ == models.__name__]
