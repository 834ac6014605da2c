"""A case opened from `/failures/` goes on through that list: its order, its counter, its way back, and its order stays."""

import datetime
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.webapp.viewer.case_factory import make_image, make_result, make_user, review_body
from tests.webapp.viewer.test_case_opening import opening, page_of
from tests.webapp.viewer.test_embargo import IN_STUDY
from webapp.accounts import policy
from webapp.accounts.models import User
from webapp.archive.models import Image
from webapp.reviews import failure_list
from webapp.reviews.models import CaseReview
from webapp.reviews.record_review import record_review

SignedIn = Callable[..., Client]
pytestmark = pytest.mark.django_db


def mark(image: Image, reader: str = "alice", **changes: Any) -> CaseReview:
    person = User.objects.filter(username=reader).first() or make_user(reader)
    failure = {"site": "HIL", "cause": "NRM", "box": {"x": 1, "y": 2, "w": 3, "h": 4}}
    return record_review(person, image, review_body(**{"verdict": "false_positive", "failure": failure} | changes))[0]


def cases(number: int) -> list[Image]:
    """Each with one failure; the list shows the last first."""
    made = [make_image() for _ in range(number)]
    for image in made:
        make_result(image)
        mark(image)
    return made[::-1]


def links(client: Client, query: str = "") -> list[tuple[str, str]]:
    """Image and query of each row's link."""
    text = unescape(client.get(f"/failures/{query}").content.decode())
    return re.findall(r'<a href="/images/([0-9a-f-]{36})/(\?[^"]*)" class="num"', text)


def opened(client: Client, image: Image, query: str) -> dict[str, Any]:
    answer = client.post(opening(image, query))
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def place(client: Client, image: Image, query: str) -> tuple[Any, ...]:
    found = opened(client, image, query)["place"]
    return found["previous"], found["next"], found["position"], found["count"]


def test_each_image_is_one_case_in_the_order_of_the_rows(signed_in: SignedIn) -> None:
    first, second, third = cases(3)
    mark(third, "bob", finding="pleural_effusion")  # now the newest row, and an older one below
    client = signed_in()
    rows = links(client)
    assert [image for image, _ in rows] == [str(one.pk) for one in (third, first, second, third)]
    query = rows[0][1]
    assert place(client, third, query) == (None, str(first.pk), "1", "3")
    assert place(client, first, query) == (str(third.pk), str(second.pk), "2", "3")
    assert place(client, second, query) == (str(first.pk), None, "3", "3")
    boot, root = page_of(client, first, query)
    assert (boot["urls"]["list"], boot["list_name"]) == ("/failures/", "failures")
    assert (root["previous"], root["next"], root["position"], root["count"]) == (
        str(third.pk),
        str(second.pk),
        "2",
        "3",
    )
    assert root["ahead"] == str(second.pk)


def test_the_filters_go_along_and_lead_back(signed_in: SignedIn) -> None:
    first, second, third = cases(3)
    mark(second, "bob", failure={"site": "CLA"})
    mark(third, "bob", failure={"site": "CLA"})
    client = signed_in()
    ((_, query), _) = links(client, "?site=CLA")
    assert place(client, third, query) == (None, str(second.pk), "1", "2")
    assert opened(client, second, query)["boot"]["urls"]["list"] == "/failures/?site=CLA"
    assert opened(client, first, query)["boot"]["list_name"] == "worklist", "it is not in that list"


def test_correcting_and_taking_back_while_reading_moves_nothing(signed_in: SignedIn) -> None:
    first, second, third = cases(3)
    client = signed_in()
    query = links(client)[0][1]
    answer = CaseReview.objects.get(image=second)
    again = mark(second, replaces=str(answer.pk), failure={"site": "CLA"})
    assert place(client, second, query) == (str(first.pk), str(third.pk), "2", "3")
    mark(second, verdict="withdrawn", failure=None, confidence=None, note="", replaces=str(again.pk))
    mark(make_with_result())
    assert place(client, second, query) == (str(first.pk), str(third.pk), "2", "3")
    assert place(client, third, query) == (str(second.pk), None, "3", "3")
    moment = query.rsplit("at=", 1)[1]
    now = [image for image, _ in links(client, f"?at={moment}")]
    assert now == [image for image, _ in links(client)]  # the list itself is as it stands now: one less, one more
    assert str(second.pk) not in now
    assert len(now) == 3


def make_with_result() -> Image:
    image = make_image()
    make_result(image)
    return image


def test_the_way_back_is_the_page_with_the_row(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failure_list, "PAGE_SIZE", 2)
    first, _, third = cases(3)
    client = signed_in()
    query = links(client)[0][1]
    assert opened(client, first, query)["boot"]["urls"]["list"] == "/failures/"
    assert opened(client, third, query)["boot"]["urls"]["list"] == "/failures/?page=2"


def test_no_more_cases_are_counted_than_can_be_told(signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failure_list, "MOST_CASES", 2)
    first, second, third = cases(3)
    client = signed_in()
    query = links(client)[0][1]
    assert place(client, second, query) == (str(first.pk), None, "2", "2+")
    assert opened(client, third, query)["boot"]["list_name"] == "worklist"


@pytest.mark.parametrize(
    "query", ["?list=failures&site=XX", "?list=failures&at=yesterday", "?list=atlas", "?list=failures&at=2026"]
)
def test_an_address_that_names_no_list_opens_the_case_in_the_worklist(signed_in: SignedIn, query: str) -> None:
    (image,) = cases(1)
    boot, root = page_of(signed_in(), image, query)
    assert boot["list_name"] == "worklist"
    assert root["count"] == "1"


def test_what_is_under_embargo_is_in_no_list_of_any_moment(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = cases(3)
    client = signed_in()
    query = links(client)[0][1]
    assert place(client, first, query)[1:] == (str(second.pk), "1", "3")

    def hidden(user: policy.Person) -> object:
        return Image.objects.filter(pk=second.pk).values("pk")

    def rule(user: policy.Person, image: Image) -> policy.Refusal | None:
        return IN_STUDY if image.pk == second.pk else None

    monkeypatch.setattr(policy, "EMBARGOES", [policy.EmbargoBySet(rule, hidden)])
    assert place(client, first, query) == (None, str(third.pk), "1", "2")
    late = (timezone.now() + datetime.timedelta(days=1)).strftime("%Y%m%dT%H%M%S%f")
    assert place(client, first, f"?list=failures&at={late}") == (None, str(third.pk), "1", "2")
