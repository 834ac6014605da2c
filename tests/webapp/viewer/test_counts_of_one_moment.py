"""The counts beside the list while others write: what is hidden and what there is are told of one moment."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import Value

from tests.webapp.viewer.case_factory import make_image, make_result
from webapp.viewer.models import WorklistEntry
from webapp.viewer.worklist.listing import count_states

pytestmark = pytest.mark.django_db
HIDDEN_ACCESSION = "hidden"


def two_streams() -> list[Any]:
    """Entries that are seen, and the hidden ones."""
    hidden = WorklistEntry.objects.filter(image__accession_number=HIDDEN_ACCESSION).annotate(case_state=Value("hidden"))
    return [WorklistEntry.objects.exclude(image__accession_number=HIDDEN_ACCESSION), hidden]


def numbers(is_exact: bool = False) -> dict[str, int]:
    return {state: count.number for state, count in count_states(two_streams(), is_exact).items() if count}


@pytest.mark.parametrize("is_exact", [False, True])
def test_hidden_cases_are_taken_from_their_states(is_exact: bool) -> None:
    assert numbers(is_exact) == {}
    for accession in ("", HIDDEN_ACCESSION, HIDDEN_ACCESSION):
        make_image(accession_number=accession)
        make_result(make_image(accession_number=accession))
    assert numbers(is_exact) == {"hidden": 4, "no_model": 1, "to_read": 1}


@pytest.mark.parametrize("is_exact", [False, True])
def test_cases_that_go_between_two_statements_leave_no_count_below_zero(is_exact: bool) -> None:
    for _ in range(3):
        make_result(make_image(accession_number=HIDDEN_ACCESSION))
    asked: list[str] = []

    def and_then_they_go(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        if len(asked) == 2:
            WorklistEntry.objects.all().delete()
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(and_then_they_go):
        found = count_states(two_streams(), is_exact)
    assert len(asked) >= 2 or is_exact
    assert [count.number for count in found.values() if count.number < 0] == []
