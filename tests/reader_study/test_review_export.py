"""GET /api/reviews/export/."""

import csv
from io import StringIO

import pytest
from django.test import Client

from reader_study.services.record_review import record_review
from tests.webapp.viewer.case_factory import SCRIPT, make_image, make_result, review_body
from webapp.accounts.models import User
from webapp.archive.models import Image
from webapp.audit.models import AccessEvent


def table(client: Client, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(client.get(f"/api/reviews/export/{query}").content.decode())))


def test_it_gives_one_line_per_review(signed_in: Client, reader: User, case: Image) -> None:
    record_review(reader, case, review_body())
    (row,) = table(signed_in)
    assert (row["verdict"], row["site"], row["box_w"], row["reader"]) == ("false_positive", "HIL", "30.0", "alice")
    assert row["notice"] == "research use only - not for diagnosis"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_a_note_that_starts_like_a_formula_is_quoted(signed_in: Client, reader: User, case: Image, start: str) -> None:
    record_review(reader, case, review_body(note=f"{start}cmd|' /C calc'!A0"))
    assert table(signed_in)[0]["note"].startswith(f"'{start}cmd")


def test_nothing_of_the_patient_is_in_it(signed_in: Client, reader: User) -> None:
    image = make_image(patient_name=SCRIPT, patient_id="SECRET-ID", accession_number="SECRET-ACC")
    make_result(image)
    record_review(reader, image, review_body())
    content = signed_in.get("/api/reviews/export/").content + signed_in.get("/api/reviews/export/?as=json").content
    assert b"onerror" not in content
    assert b"SECRET" not in content
    assert image.sop_instance_uid.encode() not in content


def test_filters_and_current_leave_rows_out(signed_in: Client, reader: User, case: Image) -> None:
    first, _ = record_review(reader, case, review_body())
    record_review(reader, case, review_body(replaces=str(first.pk), verdict="agree", failure=None))
    assert len(table(signed_in)) == 2
    assert [row["verdict"] for row in table(signed_in, "?current=1")] == ["agree"]
    assert table(signed_in, "?current=1&failures=1") == []
    assert [row["site"] for row in table(signed_in, "?site=HIL")] == ["HIL"]


def test_json_carries_the_same_rows(signed_in: Client, reader: User, case: Image) -> None:
    record_review(reader, case, review_body(note="=1"))
    answer = signed_in.get("/api/reviews/export/?as=json").json()
    assert answer["reviews"][0]["note"] == "=1"  # JSON is not a spreadsheet: the text as it was written


@pytest.mark.parametrize(("query", "field"), [("?as=xlsx", "as"), ("?site=TOE", "site"), ("?verdict=x", "verdict")])
def test_a_wrong_parameter_is_named(signed_in: Client, query: str, field: str) -> None:
    answer = signed_in.get(f"/api/reviews/export/{query}")
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_an_export_leaves_an_access_event(signed_in: Client) -> None:
    signed_in.get("/api/reviews/export/")
    assert AccessEvent.objects.filter(verb="export_reviews").count() == 1


def test_signed_out_and_posting_are_refused(client: Client, reader: User) -> None:
    assert client.get("/api/reviews/export/").status_code in (401, 403)
    client.force_login(reader)
    assert client.post("/api/reviews/export/").status_code == 405
