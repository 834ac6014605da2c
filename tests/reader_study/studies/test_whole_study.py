"""One study from draft to results, through the services."""

import pytest

from reader_study.chain import chain_faults
from reader_study.models import Lock, ResultSet, SwitchEvent
from tests.reader_study.studies.study_factory import (
    crossed_body,
    locked_study,
    make_study,
    opened,
    readings,
    second_read_body,
)

pytestmark = pytest.mark.django_db


def test_a_crossed_study_runs_from_draft_to_results() -> None:
    made = locked_study(opened(make_study(cases=8)))
    assert made.study.state == "locked"
    assert readings(made).filter(state="locked").count() == 2 * 8 * 2
    document = ResultSet.objects.get(study=made.study).document
    mrmc = document["findings"]["lung_opacity"]["mrmc"]
    assert mrmc["design"]["tests"] == ["A", "B"]
    assert (mrmc["design"]["n_normal"], mrmc["design"]["n_abnormal"]) == (4, 4)
    assert document["findings"]["lung_opacity"]["froc"]["design"]["n_cases"] == 8
    assert chain_faults(made.study) == []
    assert Lock.objects.filter(study=made.study, kind="reading").count() == 32


def test_a_second_read_study_fills_the_ledger_at_the_lock() -> None:
    made = opened(make_study(second_read_body(), cases=6))
    locked_study(made)
    events = SwitchEvent.objects.filter(reading__assignment__reader__study=made.study)
    assert events.count() == 2 * 6 * 2
    assert set(events.values_list("verdict", flat=True)) <= {"helped", "misled", "kept_right", "kept_wrong"}
    document = ResultSet.objects.get(study=made.study).document
    assert document["findings"]["lung_opacity"]["mrmc"]["design"]["tests"] == ["S.aided", "S.unaided"]
    assert document["findings"]["lung_opacity"]["reliance"]


def test_a_copy_is_a_new_draft_without_readings() -> None:
    from reader_study.services.create_study import copy_study

    made = opened(make_study(crossed_body(debrief=True)))
    copy = copy_study(made.manager, made.study, "Again")
    assert (copy.state, copy.cases.count(), copy.readers.count()) == ("draft", 0, 0)
    assert copy.protocols.get().body == made.study.protocols.get().body
