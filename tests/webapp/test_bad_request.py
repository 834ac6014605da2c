"""What Django itself does not take is 400 with a sentence: JSON for programs, a page for people, and nothing of what was sent."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FIELDS = {f"secret{number}": "1" for number in range(1001)}
MULTIPART = "multipart/form-data; boundary=x"
MANY = ("too_many_fields", "One request may hold 1,000 fields. Send fewer.")
LARGE = ("request_too_large", "The fields of one request may hold 2.5 MiB. Send less.")
BROKEN = ("not_multipart", "The body is not multipart/form-data that can be read.")
FORM = "application/x-www-form-urlencoded"


def form(fields: dict[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in fields.items())


@pytest.fixture
def client(signed_in: Callable[..., Client]) -> Client:
    found = signed_in("radiologist")
    found.raise_request_exception = False
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/api/token/", "/api/uploads/", "/api/studies/", "/api/images/search/"])
@pytest.mark.parametrize(
    ("body", "kind", "said"),
    [
        (form(FIELDS), FORM, MANY),
        (form({"secret": "1" * 2_700_000}), FORM, LARGE),
        ("--y", MULTIPART.replace("boundary=x", "boundary="), BROKEN),
    ],
)
def test_a_program_is_told_in_json(client: Client, address: str, body: str, kind: str, said: tuple[str, str]) -> None:
    stranger = Client(raise_request_exception=False)
    checked = Client(raise_request_exception=False, enforce_csrf_checks=True)
    checked.cookies = client.cookies
    for sender in (stranger, client, checked):
        answer = sender.post(address, body, content_type=kind, headers=BROWSER)
        assert answer["Content-Type"] == "application/json", (address, sender)
        assert "secret" not in answer.content.decode()
        if answer.json().get("code") in (MANY[0], LARGE[0], BROKEN[0]):
            assert answer.json() == {"code": said[0], "field": "", "text": said[1]}
            assert answer.status_code == 400
        else:  # sign-in, the kind of body, or that the field `files` is missing was looked at first
            assert answer.status_code in (400, 401, 403, 415)


@pytest.mark.django_db
def test_too_many_fields_of_an_upload_are_told_in_json(client: Client) -> None:
    answer = client.post("/api/uploads/", {**FIELDS, "files": SimpleUploadedFile("a.dcm", b"x")}, headers=BROWSER)
    assert (answer.status_code, answer.json()) == (400, {"code": MANY[0], "field": "", "text": MANY[1]})


@pytest.mark.django_db
def test_people_get_the_same_words_on_a_page(client: Client) -> None:
    answer = client.post("/search/", FIELDS, headers=BROWSER)
    page = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert f"{MANY[1]} Go back, check what you sent, and try again." in page
    assert "secret" not in page

    files = [SimpleUploadedFile(f"{number}.dcm", b"x") for number in range(settings.MAX_FILES_PER_REQUEST + 1)]
    page = client.post("/search/", {"files": files}, headers=BROWSER).content.decode()
    assert "One request may hold 2000 files. Send fewer, or a zip." in page


@pytest.mark.django_db
def test_a_foreign_host_name_is_not_repeated(client: Client) -> None:
    for headers, kind in ((BROWSER, "text/html; charset=utf-8"), ({}, "application/json")):
        answer = client.get("/", headers=headers, SERVER_NAME="evil.example")
        assert (answer.status_code, answer["Content-Type"]) == (400, kind)
        assert "The address or the form was incomplete or too large." in answer.content.decode()
        assert "evil" not in answer.content.decode()
