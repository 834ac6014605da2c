"""A database that is locked or away is 503 and comes again; a fault of the program stays 500."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DataError, InterfaceError, OperationalError, ProgrammingError
from django.test import Client

from reader_study.models import Study
from tests.webapp.locked_database import another_writer
from webapp.accounts.session_limits import LAST_SEEN
from webapp.database_faults import passing_fault

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
TITLE = 'Nodules "><script>alert(1)</script>\r\nsecond line'


@pytest.fixture
def manager(signed_in: Callable[..., Client]) -> Client:
    client = signed_in("manager")
    client.raise_request_exception = False
    return client


class _Form(HTMLParser):
    """The hidden fields of a page's form, and whether the page comes again by itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.comes_again = self.has_form = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "input" and found.get("type") == "hidden":
            self.fields[found["name"] or ""] = found["value"] or ""
        self.comes_again |= tag == "meta" and found.get("http-equiv") == "refresh"
        self.comes_again |= tag == "script" and "comes_again" in (found.get("src") or "")
        self.has_form |= tag == "form" and found.get("method") == "post"


# through a real lock ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_program_is_told_in_json_when_to_come_again(manager: Client) -> None:
    with another_writer():
        answer = manager.post("/api/studies/", {"title": "x"}, content_type="application/json", headers=BROWSER)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json() == {
        "code": "database_busy",
        "field": "",
        "text": "The database is busy with another write. The request was not finished; send it again in a moment.",
    }
    assert not Study.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_form_is_kept_and_not_sent_again_by_itself(manager: Client) -> None:
    sent = {"title": TITLE, "kind": "reading", "csrfmiddlewaretoken": "as it came, never a new one"}
    with another_writer():
        answer = manager.post("/studies/add/", sent, headers=BROWSER)
    page = answer.content.decode()
    form = _Form(page)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert (form.comes_again, form.has_form) == (False, True)
    assert form.fields == sent
    assert "<script>alert" not in page

    assert manager.post("/studies/add/", form.fields, headers=BROWSER).status_code == 302
    assert Study.objects.get().title.startswith("Nodules")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "fields",
    [
        {"username": "manager", "password": "a secret of mine"},
        {"title": "kept", "file": SimpleUploadedFile("a.csv", b"1,2")},
    ],
)
def test_a_password_or_a_file_is_not_put_into_a_page(fields: dict[str, Any], manager: Client) -> None:
    with another_writer():
        answer = manager.post("/sign-in/", fields, headers=BROWSER) if "password" in fields else _fails(manager, fields)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert (_Form(page).has_form, _Form(page).comes_again) == (False, False)
    assert "Go back" in page
    assert "a secret of mine" not in page


def _fails(client: Client, fields: dict[str, Any]) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reader_study.pages.studies.create_study", _raise(OperationalError("database is locked")))
        return client.post("/studies/add/", fields, headers=BROWSER)


def _raise(error: Exception) -> Callable[..., Any]:
    def raising(*arguments: Any, **named: Any) -> None:
        raise error

    return raising


@pytest.mark.django_db(transaction=True)
def test_reading_goes_on_and_the_session_is_noted_later(manager: Client) -> None:
    session = manager.session
    session[LAST_SEEN] -= 600
    session.save()
    with another_writer():
        assert manager.get("/studies/", headers=BROWSER).status_code == 200
    assert manager.session[LAST_SEEN] == session[LAST_SEEN]
    manager.get("/studies/", headers=BROWSER)
    assert manager.session[LAST_SEEN] >= session[LAST_SEEN] + 600


@pytest.mark.django_db
def test_a_session_that_ended_meanwhile_is_no_busy_database(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    session = manager.session
    session[LAST_SEEN] -= 600
    session.save()

    @contextmanager
    def after_the_sign_out(seconds: float) -> Iterator[None]:
        Session.objects.all().delete()
        yield

    monkeypatch.setattr("webapp.accounts.session_limits.impatient_transaction", after_the_sign_out)
    assert manager.get("/studies/", headers=BROWSER).status_code == 400


# any view ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [BROWSER, {}], ids=["a person", "a script"])
def test_a_page_comes_again_by_itself(
    headers: dict[str, str], manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reader_study.pages.studies.visible_to", _raise(OperationalError("database is locked")))
    answer = manager.get("/studies/", headers=headers)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    if headers:
        page = answer.content.decode()
        assert (_Form(page).comes_again, _Form(page).has_form) == (True, False)
        assert "Traceback" not in page
    else:
        assert answer.json()["code"] == "database_busy"


@pytest.mark.parametrize(
    "error", [OperationalError("no such table: x"), ProgrammingError("locked"), ValueError("database is locked")]
)
def test_a_fault_of_the_program_stays_one(error: Exception, manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reader_study.pages.studies.visible_to", _raise(error))
    answer = manager.get("/studies/", headers=BROWSER)
    assert answer.status_code == 500
    assert "Retry-After" not in answer
    assert str(error) not in answer.content.decode()


# what the drivers say ---------------------------------------------------------------------------------


def _with_cause(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def test_a_file_that_cannot_be_opened_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError) as raised:
        sqlite3.connect(tmp_path / "no folder" / "a.sqlite3")
    assert passing_fault(_with_cause(OperationalError(), raised.value)) == "unreachable"


def test_a_wrong_query_is_no_fault_that_passes() -> None:
    with sqlite3.connect(":memory:") as own, pytest.raises(sqlite3.OperationalError) as raised:
        own.execute("SELECT * FROM missing")
    assert passing_fault(_with_cause(OperationalError(), raised.value)) is None


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("LockNotAvailable", "busy"),
        ("DeadlockDetected", "busy"),
        ("SerializationFailure", "busy"),
        ("AdminShutdown", "unreachable"),
        ("CannotConnectNow", "unreachable"),
        ("TooManyConnections", "unreachable"),
        ("ConnectionFailure", "unreachable"),
        ("DiskFull", None),
        ("UndefinedTable", None),
        ("UniqueViolation", None),
    ],
)
def test_states_of_postgresql(name: str, fault: str | None) -> None:
    psycopg = pytest.importorskip("psycopg", reason="needs the extra `postgres`")
    assert passing_fault(_with_cause(OperationalError(), getattr(psycopg.errors, name)())) == fault


def test_a_refused_or_broken_connection_to_postgresql_is_unreachable() -> None:
    psycopg = pytest.importorskip("psycopg", reason="needs the extra `postgres`")
    with pytest.raises(psycopg.OperationalError) as raised:
        psycopg.connect("postgresql://127.0.0.1:1/none", connect_timeout=5)
    assert passing_fault(_with_cause(OperationalError(), raised.value)) == "unreachable"
    assert (
        passing_fault(_with_cause(InterfaceError(), psycopg.InterfaceError("the connection is closed")))
        == "unreachable"
    )
    assert passing_fault(_with_cause(DataError(), psycopg.DataError("a value"))) is None
