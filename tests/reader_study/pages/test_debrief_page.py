"""What a reader sees of the own readings: nothing before the lock, then calls against truth where the protocol says so."""

import re

import pytest
from django.test import Client

from reader_study.models import Assignment
from tests.reader_study.studies.study_factory import (
    MadeStudy,
    crossed_body,
    locked_study,
    make_study,
    opened,
    read_everything,
)

pytestmark = pytest.mark.django_db
ONE = {"primary_finding": "lung_opacity", "tests": ["A", "B"]}


def page_of(made: MadeStudy, query: str = "", status: int = 200) -> str:
    client = Client()
    client.force_login(made.readers[0])
    answer = client.get(f"/studies/{made.study.pk}/debrief/{query}")
    assert answer.status_code == status
    return answer.content.decode()


def test_nothing_is_told_before_the_lock() -> None:
    made = opened(make_study(crossed_body(debrief=True, statistics=ONE), cases=4))
    read_everything(made)
    page = page_of(made, status=409)
    assert "debrief-summary" not in page
    assert "My results" not in page


def test_a_protocol_without_debrief_gives_none() -> None:
    made = locked_study(opened(make_study(crossed_body(statistics=ONE), cases=4)))
    assert "gives readers no results of their own" in page_of(made, status=409)


def test_calls_are_counted_against_truth_with_intervals() -> None:
    # The reader of the factory calls by case code; here 100 for each sick case and 0 for each healthy one, but one.
    made = opened(make_study(crossed_body(debrief=True, statistics=ONE), cases=6))
    wrong = made.study.cases.order_by("code").filter(truths__finding="lung_opacity", truths__status="1").first()
    assert wrong is not None

    def rate(assignment: Assignment, stage: str, is_sick: bool) -> float:
        return 100.0 if is_sick and assignment.case.pk != wrong.pk else 0.0

    made = locked_study(made, rate)
    page = page_of(made)
    summary = re.sub(r"<[^>]+>|\s+", " ", page.split('data-testid="debrief-summary"')[1].split("</table>")[0])
    sick = made.study.cases.filter(truths__finding="lung_opacity", truths__status="1").count()
    assert sick == 3
    # Two of three: 67 %, Wilson 20.8 to 93.9; three of three: 43.8 to 100.
    assert re.search(r"67 % +2 of 3 +21 – 94 % +100 % +3 of 3 +44 – 100 %", re.sub(" +", " ", summary)), summary
    wrong_only = page_of(made, "?show=wrong").split('data-testid="debrief"')[1]
    assert wrong_only.count("<strong>wrong</strong>") == wrong_only.count("<tr><td")
    assert wrong.code in wrong_only
    assert made.readers[1].username not in page
