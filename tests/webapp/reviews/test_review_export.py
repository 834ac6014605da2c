"""GET /api/reviews/export/."""

import csv
from io import StringIO

import pytest
from django.test import Client

from tests.webapp.viewer.case_factory import SCRIPT, make_image, make_result, review_body
from webapp.accounts.models import User
from webapp.archive.models import Image
from webapp.audit.models import AccessEvent
from webapp.reviews.record_review import record_review
from webapp.reviews.review_filter import ReviewFilters


def table(client: Client, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(client.get(f"/api/reviews/export/{query}").content.decode())))


def test_it_gives_one_line_per_review(reader_client: Client, reader: User, case: Image) -> None:
    record_review(reader, case, review_body())
    (row,) = table(reader_client)
    assert (row["verdict"], row["site"], row["box_w"], row["reader"]) == ("false_positive", "HIL", "30.0", "alice")
    assert row["notice"] == "research use only - not for diagnosis"


def test_it_gives_what_the_page_proposed(reader_client: Client, reader: User, case: Image) -> None:
    record_review(
        reader, case, review_body(failure={"site": "HIL", "proposed_site": "CLA", "proposed_laterality": "L"})
    )
    (row,) = table(reader_client)
    assert (row["site"], row["proposed_site"], row["proposed_laterality"]) == ("HIL", "CLA", "L")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_a_note_that_starts_like_a_formula_is_quoted(
    reader_client: Client, reader: User, case: Image, start: str
) -> None:
    record_review(reader, case, review_body(note=f"{start}cmd|' /C calc'!A0"))
    assert table(reader_client)[0]["note"].startswith(f"'{start}cmd")


def test_nothing_of_the_patient_is_in_it(reader_client: Client, reader: User) -> None:
    image = make_image(patient_name=SCRIPT, patient_id="SECRET-ID", accession_number="SECRET-ACC")
    make_result(image)
    record_review(reader, image, review_body())
    content = (
        reader_client.get("/api/reviews/export/").content + reader_client.get("/api/reviews/export/?as=json").content
    )
    assert b"onerror" not in content
    assert b"SECRET" not in content
    assert image.sop_instance_uid.encode() not in content


def test_filters_and_current_leave_rows_out(reader_client: Client, reader: User, case: Image) -> None:
    first, _ = record_review(reader, case, review_body())
    record_review(reader, case, review_body(replaces=str(first.pk), verdict="agree", failure=None))
    assert len(table(reader_client)) == 2
    assert [row["verdict"] for row in table(reader_client, "?current=1")] == ["agree"]
    assert table(reader_client, "?current=1&failures=1") == []
    assert [row["site"] for row in table(reader_client, "?site=HIL")] == ["HIL"]


def test_json_carries_the_same_rows(reader_client: Client, reader: User, case: Image) -> None:
    record_review(reader, case, review_body(note="=1"))
    answer = reader_client.get("/api/reviews/export/?as=json").json()
    assert answer["reviews"][0]["note"] == "=1"  # JSON is not a spreadsheet: the text as it was written


@pytest.mark.parametrize(("query", "field"), [("?as=xlsx", "as"), ("?site=TOE", "site"), ("?verdict=x", "verdict")])
def test_a_wrong_parameter_is_named(reader_client: Client, query: str, field: str) -> None:
    answer = reader_client.get(f"/api/reviews/export/{query}")
    assert (answer.status_code, answer.json()["field"]) == (400, field)


def test_the_schema_names_the_filters(reader_client: Client) -> None:
    export = reader_client.get("/api/schema/?format=json").json()["paths"]["/api/reviews/export/"]["get"]
    assert {one["name"] for one in export["parameters"]} == {
        "as",
        "current",
        "failures",
        "listed",
        *ReviewFilters.base_filters,
    }


def test_an_export_leaves_an_access_event(reader_client: Client) -> None:
    reader_client.get("/api/reviews/export/")
    assert AccessEvent.objects.filter(verb="export_reviews").count() == 1


def test_signed_out_and_posting_are_refused(client: Client, reader: User) -> None:
    assert client.get("/api/reviews/export/").status_code in (401, 403)
    client.force_login(reader)
    assert client.post("/api/reviews/export/").status_code == 405
