import pytest
from django.test import Client

from tests.webapp.openapi_check import broken_promises
from webapp.reviews.failure_scheme import CAUSES, FIRST_ROWS, SITES, VERDICTS
from webapp.reviews.scheme_document import scheme_document

pytestmark = pytest.mark.django_db


def test_every_pair_offered_first_is_in_the_scheme() -> None:
    assert all(verdict in VERDICTS and site in SITES and cause in CAUSES for verdict, site, cause in FIRST_ROWS)


def test_version_1_has_21_sites_and_24_causes() -> None:
    # Counted in studies_methods.md §9.
    assert (len(SITES), len(CAUSES)) == (21, 24)


def test_a_models_failure_cannot_be_anchored_on_ai() -> None:
    assert "ANC" not in [row["code"] for row in scheme_document()["causes"]]


def test_the_api_answers_the_scheme(reader_client: Client) -> None:
    answer = reader_client.get("/api/failure-scheme/").json()
    assert broken_promises("get", "/api/failure-scheme/", 200, answer) == []
    assert answer["version"] == 1
    assert {"code": "HIL", "title": "hilum"} in answer["sites"]
    assert {"value": 3, "title": "likely harm"} in answer["severities"]


def test_signed_out_gets_no_scheme(client: Client) -> None:
    assert client.get("/api/failure-scheme/").status_code in (401, 403)


def test_the_scheme_cannot_be_posted_to(reader_client: Client) -> None:
    assert reader_client.post("/api/failure-scheme/").status_code == 405
