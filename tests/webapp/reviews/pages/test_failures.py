"""`/failures/`: recorded failures."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from tests.webapp.viewer.case_factory import BUNDLE, SCRIPT, make_image, make_result, make_user, review_body
from webapp.accounts.models import User
from webapp.reviews.models import CaseReview
from webapp.reviews.pages.failures import count_rows
from webapp.reviews.record_review import record_review
from webapp.reviews.review_filter import ReviewFilters
from webapp.reviews.scheme_versions import SchemeBook

SignedIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


def mark(site: str = "HIL", verdict: str = "false_positive", **changes: object) -> CaseReview:
    image = make_image()
    make_result(image)
    reader = User.objects.filter(username="alice").first() or make_user("alice")
    failure = {"site": site, "cause": "NRM", "box": {"x": 1, "y": 2, "w": 3, "h": 4}}
    return record_review(reader, image, review_body(**{"verdict": verdict, "failure": failure} | changes))[0]


def rows(client: Client, query: str = "") -> int:
    answer = client.get(f"/failures/{query}")
    assert answer.status_code == 200
    return answer.content.decode().count('data-testid="failure-row"')


def test_a_cause_that_is_not_said_is_counted_as_that(signed_in: SignedIn) -> None:
    mark(failure={"site": "HIL"})
    assert "<td>hilum</td><td>not said</td>" in signed_in().get("/failures/").content.decode()


@pytest.mark.parametrize("role", ["radiologist", "manager", "admin"])
def test_every_role_sees_failures_with_a_link_to_the_case(signed_in: SignedIn, role: str) -> None:
    review = mark()
    text = signed_in(role).get("/failures/").content.decode()
    assert f"/images/{review.image_id}/" in text
    assert "hilum" in text


def test_agreement_and_replaced_marks_are_no_failures(signed_in: SignedIn) -> None:
    review = mark()
    body = review_body(verdict="agree", failure=None, replaces=str(review.pk))
    record_review(review.reader, review.image, body)
    assert rows(signed_in()) == 0


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?site=HIL", 2), ("?site=CLA", 1), ("?verdict=wrong_place", 1), ("?cause=NRM", 3), ("?cause=OVL", 0),
        ("?finding=lung_opacity", 3), (f"?bundle={BUNDLE}", 3), ("?bundle=other", 0), ("?site=HIL&verdict=wrong_place", 1),
    ],
)  # fmt: skip
def test_filters_are_codes_in_the_address(signed_in: SignedIn, query: str, count: int) -> None:
    mark("HIL")
    mark("HIL", "wrong_place")
    mark("CLA")
    assert rows(signed_in(), query) == count


@pytest.mark.parametrize("name", [*ReviewFilters.base_filters])
def test_the_page_and_its_export_list_the_same_reviews(signed_in: SignedIn, name: str) -> None:
    mark("HIL")
    mark("CLA", "wrong_place")
    client = signed_in()
    text = client.get("/failures/").content.decode()
    assert f'<select name="{name}"' in text
    offered = re.findall(rf'<select name="{name}".*?</select>', text, re.S)[0]
    codes = re.findall(r'<option value="([^"]+)"', offered)
    assert codes
    found = set()
    for code in codes:
        text = client.get("/failures/", {name: code}).content.decode()
        assert f'<option value="{code}" selected>' in text
        listed = sorted(re.findall(r'<td><a href="/images/[^"]+" class="num">([^<]+)', text))
        export = unescape(re.findall(r'href="(/api/reviews/export/[^"]+)"', text)[0])
        assert sorted(row["case"] for row in client.get(f"{export}&as=json").json()["reviews"]) == listed
        found.add(len(listed))
    assert found - {0}  # some code of every filter finds something


@pytest.mark.parametrize("query", ["?site=TOE", "?verdict=agree", "?cause=X"])
def test_a_wrong_code_is_named(signed_in: SignedIn, query: str) -> None:
    answer = signed_in().get(f"/failures/{query}")
    assert answer.status_code == 400
    assert "is not one of" in answer.content.decode()


def test_empty_says_what_to_do(signed_in: SignedIn) -> None:
    client = signed_in()
    assert "No failure has been recorded" in client.get("/failures/").content.decode()
    mark()
    assert "No failure matches these filters" in client.get("/failures/?cause=OVL").content.decode()


def test_counts_are_shares_of_the_verdict_with_wilson_intervals() -> None:
    for site in ("HIL", "HIL", "CLA"):
        mark(site)
    mark("HIL", "wrong_place")
    first = count_rows(CaseReview.objects.all(), SchemeBook())[0]
    # 2 of 3 false positives at the hilum; Wilson 95 % of 2/3 = 0.208 to 0.939.
    assert (first.site, first.count, first.total) == ("hilum", 2, 3)
    assert first.percent == "67 % (21–94)"


def test_a_verdict_against_the_decision_is_marked(signed_in: SignedIn) -> None:
    image = make_image()
    make_result(image, probability=0.1, decision="negative")
    record_review(make_user("alice"), image, review_body())
    assert "model said negative" in signed_in().get("/failures/").content.decode()


def test_notes_are_inert(signed_in: SignedIn) -> None:
    mark(note=SCRIPT)
    text = signed_in().get("/failures/").content.decode()
    assert SCRIPT not in text
    assert "&lt;img src=x" in text


def test_the_export_carries_the_filters(signed_in: SignedIn) -> None:
    mark()
    text = signed_in().get("/failures/?site=HIL").content.decode()
    assert "/api/reviews/export/?current=1&amp;listed=1&amp;site=HIL" in text


def test_signed_out_and_wrong_method(client: Client, signed_in: SignedIn) -> None:
    assert client.get("/failures/").headers["Location"].startswith("/sign-in/")
    assert signed_in().post("/failures/").status_code == 405
