"""/readyz tries to write, says what does not take it, and cannot be used to keep the database busy."""

import threading
import time
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.webapp.locked_database import another_writer, patience_ms
from webapp.archive.models import Project
from webapp.work import health, write_trial
from webapp.work.models import WriteTrial
from webapp.work.recent import Recent


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.django_db(transaction=True)
def test_one_row_is_written_again_and_no_file_stays(client: Client, storage: Path) -> None:
    assert client.get("/readyz").json()["database"] == "ok"
    first = WriteTrial.objects.get()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["problems"]) == (200, [])
    second = WriteTrial.objects.get()
    assert (second.pk, second.at > first.at) == (first.pk, True)
    assert files_below(storage) == []


@pytest.mark.django_db(transaction=True)
def test_a_locked_database_is_named_at_once(client: Client, storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_trial, "PATIENCE_SECONDS", 0.2)
    Project.default()
    with another_writer(patience_ms=20_000):
        began = time.monotonic()
        answer = client.get("/readyz")
        assert time.monotonic() - began < 15, "as patient as other writers"
        assert patience_ms() == 20_000
    assert answer.status_code == 503
    assert answer.json()["database"] == "no_writes"
    assert answer.json()["problems"] == ["the database takes no write: another program has locked it"]
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_a_database_that_takes_no_write_says_no_more_to_strangers(
    client: Client, storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object, **named: object) -> None:
        raise OperationalError("/somewhere/sightline.sqlite3: database or disk is full")

    monkeypatch.setattr(type(WriteTrial.objects.get_queryset()), "bulk_create", full)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["problems"]) == (503, ["the database takes no write"])


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["incoming", "store"])
def test_a_folder_that_takes_no_file_is_named(name: str, client: Client, storage: Path, settings) -> None:
    plain = storage / "plain file"
    plain.write_text("in the folder's place")
    setattr(settings, f"{name.upper()}_DIR", plain)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == [f"the folder {name} takes no file: File exists"]


@pytest.mark.django_db
def test_a_second_question_within_a_second_asks_nothing(
    client: Client, storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "LOOK_SECONDS", 60)
    monkeypatch.setattr(health, "_recent", Recent(health.readiness))
    first = client.get("/readyz").json()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert [client.get("/readyz").json() for _ in range(20)] == [first] * 20
    assert len(asked) == 0


def test_one_finds_while_the_others_get_the_last_answer() -> None:
    go_on, is_at_work = threading.Event(), threading.Event()
    answers = iter([1, 2, 3])

    def find() -> int:
        answer = next(answers)
        if answer == 2:
            is_at_work.set()
            go_on.wait(10)
        return answer

    recent = Recent(find)
    assert recent.get(0) == 1
    slow = threading.Thread(target=recent.get, args=(0,))
    slow.start()
    assert is_at_work.wait(10)
    assert recent.get(0) == 1
    go_on.set()
    slow.join(10)
    assert recent.get(60) == 2
    assert recent.get(0) == 3


def test_those_who_wait_for_the_first_answer_share_it() -> None:
    found: list[int] = []
    calls = [0]

    def find() -> int:
        calls[0] += 1
        time.sleep(0.3)
        return calls[0]

    recent = Recent(find)
    askers: list[threading.Thread] = [threading.Thread(target=lambda: found.append(recent.get(60))) for _ in range(5)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(10)
    assert found == [1] * 5
