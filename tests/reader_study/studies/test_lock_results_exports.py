"""Locking a study, what it stores, and that the exported files give the same numbers again."""

import copy
import json
import zipfile
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from jsonschema import ValidationError

from reader_study.analysis.marks_files import read_marks
from reader_study.analysis.studies import analyse_marks, analyse_ratings
from reader_study.analysis.tables import read_ratings
from reader_study.chain import chain_faults
from reader_study.models import Amendment, FindingRating, Lock, Reading, ResultSet, Truth
from reader_study.refusal import StudyRefused
from reader_study.results.amend import approve_amendment, propose_amendment
from reader_study.results.exports.export_study import export_study
from reader_study.results.exports.imrmc import write_imrmc
from reader_study.results.exports.marks_csv import readings_csv
from reader_study.results.exports.ratings_csv import rating_cells
from reader_study.results.exports.scored_rows import scored_rows
from reader_study.results.lock_study import lock_problems, lock_study, verdict_of
from reader_study.services.change_state import close_study
from reader_study.services.freeze_truth import freeze_truth
from reader_study.services.open_study import open_study
from reader_study.services.people import withdraw_reader
from tests.reader_study.studies.study_factory import (
    START,
    MadeStudy,
    crossed_body,
    locked_study,
    make_study,
    opened,
    read_everything,
    read_session,
    second_read_body,
)
from tests.reader_study.studies.study_schema import check_against_schema
from tests.webapp.viewer.case_factory import make_user
from webapp.csv_text import csv_text

pytestmark = pytest.mark.django_db
ONE = {"primary_finding": "lung_opacity", "tests": ["A", "B"]}


@pytest.fixture
def locked() -> MadeStudy:
    return locked_study(opened(make_study(crossed_body(statistics=ONE), cases=6)))


def results(made: MadeStudy, number: int = 1) -> dict[str, Any]:
    document: dict[str, Any] = ResultSet.objects.get(study=made.study, number=number).document
    return document


def written(folder: Path, made: MadeStudy, kind: str) -> Path:
    path = folder / f"{kind}.csv"
    path.write_bytes(export_study(made.study, kind, "lung_opacity").content)
    return path


def test_the_exported_ratings_give_the_stored_results_digit_by_digit(locked: MadeStudy, tmp_path: Path) -> None:
    stored = results(locked)["findings"]["lung_opacity"]["mrmc"]
    again = analyse_ratings(read_ratings(written(tmp_path, locked, "ratings_csv")))
    assert json.loads(json.dumps(again)) == stored


def test_the_exported_marks_and_lesions_give_the_stored_results(locked: MadeStudy, tmp_path: Path) -> None:
    stored = results(locked)["findings"]["lung_opacity"]["froc"]
    marks, lesions, readings = (
        written(tmp_path, locked, kind) for kind in ("marks_csv", "lesions_csv", "readings_csv")
    )
    again = json.loads(json.dumps(analyse_marks(read_marks(marks, lesions, None, "centre", readings))))
    assert again == stored
    assert not any("not declared" in text for text in stored["warnings"])


def test_imrmc_is_read_back_as_it_was_written(locked: MadeStudy) -> None:
    cells = list(rating_cells(scored_rows(locked.study), "lung_opacity", ["A", "B"]))
    archive = zipfile.ZipFile(BytesIO(export_study(locked.study, "imrmc", "lung_opacity").content))
    names = archive.namelist()
    text, case_map = (archive.read(name).decode() for name in names[:2])
    lines = text.splitlines()
    names = dict(line.split(",") for line in case_map.splitlines()[1:])
    rows = [line.split(",") for line in lines[lines.index("BEGIN DATA:") + 1 :]]
    truths = {case: value for reader, case, _, value in rows if reader == "-1"}
    found = [(row[0], row[2], names[row[1]], truths[row[1]], float(row[3])) for row in rows if row[0] != "-1"]
    assert sorted(found) == sorted(cells)
    assert lines[1:6] == ["N0:3", "N1:3", "NR:2", "NM:2", "BEGIN DATA:"]
    assert "research use only" in lines[0]


def test_imrmc_by_hand() -> None:
    cells = [("R01", "A", "C7", "0", 2.0), ("R01", "A", "C3", "1", 3.5), ("R01", "B", "C3", "1", None)]
    found = write_imrmc("a, b", cells)
    assert (
        found.text == "a b\nN0:1\nN1:1\nNR:1\nNM:1\nBEGIN DATA:\n-1,1,truth,1\n-1,2,truth,0\nR01,2,A,2\nR01,1,A,3.5\n"
    )
    assert found.case_map == "id,case\n1,C3\n2,C7\n"


def test_the_long_file_has_a_line_per_reading_and_finding(locked: MadeStudy) -> None:
    lines = export_study(locked.study, "long_csv").content.decode().splitlines()
    assert lines[0].startswith(
        "reader,test,case,finding,stage,replicate,session,position,truth,rating,call,action,inadequate"
    )
    assert len(lines) == 1 + 2 * 2 * 6 * 2


def test_text_that_a_spreadsheet_would_run_gets_a_quote() -> None:
    assert csv_text(("a",), [["=1+1"], ["@x"], [-1.5], [None], [True]]) == "a\n'=1+1\n'@x\n-1.5\n\"\"\n1\n"


def test_exports_hold_no_person_image_or_date(locked: MadeStudy) -> None:
    everything = b"".join(
        export_study(locked.study, kind).content
        for kind in ("long_csv", "study_json", "ratings_csv", "marks_csv", "readme")
    )
    forbidden = [user.username for user in (*locked.readers, locked.manager)]
    for case in locked.study.cases.select_related("image"):
        forbidden += [case.image.patient_id, str(case.image_id), case.image.sop_instance_uid, case.patient_key]
    forbidden += ["2026-03", "2026-04"]
    assert [word for word in forbidden if word.encode() in everything] == []


def test_the_json_export_flags_training_and_carries_hashes() -> None:
    made = locked_study(
        opened(make_study(second_read_body(training={"pass_share": 0.1, "attempts": 1}), cases=4, training=2))
    )
    document = json.loads(export_study(made.study, "study_json").content)
    check_against_schema(document)
    scored = next(row for row in document["readings"] if not row["training"] and row["stage"] == "aided")
    rated = scored["ratings"]["lung_opacity"]
    assert rated["call"] is (rated["rating"] >= 50)
    assert {row["verdict"] for row in scored["switches"]} <= {
        "helped",
        "misled",
        "kept_right",
        "kept_wrong",
        "no_truth",
    }
    assert {row["training"] for row in document["readings"]} == {True, False}
    assert document["lock_sha256"] == Lock.objects.get(study=made.study, kind="study").sha256
    assert results(made)["findings"]["lung_opacity"]["mrmc"]["design"]["n_cases"] == 4
    assert {row["session"] for row in document["readings"] if row["training"]} == {1}


def test_the_published_schema_describes_every_key_of_the_export(locked: MadeStudy) -> None:
    document = json.loads(export_study(locked.study, "study_json").content)
    check_against_schema(document)
    assert [len(document[name]) for name in ("readers", "cases", "truth")] == [2, 6, 12]
    for place, name in ((document, "patient_id"), (document["readings"][0], "date"), (document["cases"][0], "image")):
        place[name] = "x"
        with pytest.raises(ValidationError, match=f"'{name}' was unexpected"):
            check_against_schema(document)
        del place[name]
    del document["truth"][0]["sha256"]
    with pytest.raises(ValidationError, match="'sha256' is a required property"):
        check_against_schema(document)
    schema = json.loads(export_study(locked.study, "study_schema").content)
    assert schema["$id"] == document["schema"]


def test_nobody_locks_alone(locked: MadeStudy) -> None:
    made = opened(make_study(crossed_body(statistics=ONE), cases=4))
    read_everything(made)
    made.study = close_study(made.manager, made.study)
    freeze_truth(made.manager, made.study)
    for _ in range(2):
        made.study = lock_study(made.manager, made.study)
    assert (made.study.state, made.study.lock_requested_by) == ("closed", made.manager)
    assert lock_study(made.statistician, made.study).state == "locked"


def test_a_study_is_not_locked_before_everything_is_there() -> None:
    made = opened(make_study(crossed_body(statistics=ONE), cases=4))
    with pytest.raises(StudyRefused, match="possible only while it is closed"):
        lock_study(made.manager, made.study)
    made.study = close_study(made.manager, made.study)
    assert [one.code for one in lock_problems(made.study)] == ["truth_open"]
    with pytest.raises(StudyRefused, match="4 cases have truth that is not frozen"):
        lock_study(made.manager, made.study)


@pytest.mark.parametrize(
    ("before", "after", "truth", "verdict"),
    [
        (False, True, "1", "helped"), (True, False, "0", "helped"), (True, False, "1", "misled"), (False, True, "0", "misled"),
        (True, True, "1", "kept_right"), (False, False, "0", "kept_right"), (False, False, "1", "kept_wrong"),
        (True, True, "0", "kept_wrong"), (True, True, "indeterminate", "no_truth"), (None, True, "1", "no_truth"),
    ],
)  # fmt: skip
def test_the_verdict_of_a_switch(before: Any, after: Any, truth: str, verdict: str) -> None:
    assert verdict_of(before, after, truth) == verdict


def test_an_inadequate_image_is_left_out_and_comes_back_at_the_lowest_rating() -> None:
    made = opened(make_study(crossed_body(statistics=ONE), cases=6))
    read_everything(made)
    # As if the reader had said so: the row itself is locked, so the test goes below the service.
    rating = FindingRating.objects.filter(finding__code="lung_opacity").first()
    assert rating is not None
    super(type(FindingRating.objects.all()), FindingRating.objects.filter(pk=rating.pk)).update(rating=None, call=None)
    Reading.objects.filter(pk=rating.reading_id).update(inadequate="rotated")
    from reader_study.results.compute_results import compute_results

    found = compute_results(made.study)["findings"]["lung_opacity"]
    assert found["counts"]["inadequate"] == 1
    own = Reading.objects.select_related("assignment__reader", "assignment__case").get(pk=rating.reading_id)
    line = f"{own.assignment.reader.code},{own.assignment.arm.code},{own.assignment.case.code}"
    assert line not in readings_csv(made.study, "lung_opacity", ["A", "B"]).splitlines()
    assert found["mrmc"]["method"] == "or"
    assert found["mrmc"]["reason"].startswith("1 ratings are missing: method or, ratings that are there")
    assert found["sensitivity"]["method"] == "or"
    assert {rule: own["method"] for rule, own in found["sensitivities"].items()} == {
        "exclude": "or",
        "lowest": "or",
        "one-shot": "ustat",
    }


def test_the_chain_tells_a_changed_answer_a_changed_truth_and_a_missing_link(locked: MadeStudy) -> None:
    assert chain_faults(locked.study) == []
    out = StringIO()
    call_command("verify_studies", stdout=out)
    assert "0 faults" in out.getvalue()
    row = FindingRating.objects.filter(reading__assignment__reader__study=locked.study).first()
    assert row is not None
    super(type(FindingRating.objects.all()), FindingRating.objects.filter(pk=row.pk)).update(rating=1.25)
    assert [fault.split(": ")[1] for fault in chain_faults(locked.study)] == [
        f"reading {row.reading_id} was changed after it was locked"
    ]
    with pytest.raises(CommandError, match="1 of 1 studies have a broken chain"):
        call_command("verify_studies", "--json", stdout=StringIO())
    with pytest.raises(StudyRefused, match="the hash chain is broken"):
        export_study(locked.study, "long_csv")


@pytest.mark.parametrize("break_it", ["truth", "link", "gone"])
def test_the_chain_tells_other_breaks(locked: MadeStudy, break_it: str) -> None:
    links = Lock.objects.filter(study=locked.study)
    raw = super(type(links), links)
    if break_it == "truth":
        Truth.objects.filter(case__study=locked.study, finding="lung_opacity", status="1").update(status="0")
    elif break_it == "link":
        super(type(links), links.filter(sequence=3)).update(object_sha256="0" * 64)
    else:
        super(type(links), links.filter(sequence=4))._raw_delete(using="default")
    del raw
    assert chain_faults(locked.study)


def test_an_amendment_needs_a_second_person_and_gives_a_second_result_set(locked: MadeStudy) -> None:
    case = locked.study.cases.order_by("code")[0]
    old = Truth.objects.get(case=case, finding="lung_opacity")
    change = {"case": case.code, "finding": "lung_opacity", "status": "0" if old.status == "1" else "1"}
    first = copy.deepcopy(results(locked))
    amendment = propose_amendment(locked.manager, locked.study, "truth", "CT came later", change)
    with pytest.raises(StudyRefused, match="Only a statistician"):
        approve_amendment(locked.second, locked.study, amendment)
    done = approve_amendment(locked.statistician, locked.study, amendment)
    assert done.before_sha256 != done.after_sha256
    assert results(locked, 1) == first
    assert results(locked, 2)["findings"]["lung_opacity"]["mrmc"]["design"]["n_normal"] in (2, 4)
    assert Truth.objects.filter(case=case, finding="lung_opacity").count() == 2
    assert chain_faults(locked.study) == []


def test_the_author_never_approves(locked: MadeStudy) -> None:
    from reader_study.services.people import add_member

    add_member(locked.manager, locked.study, locked.second.username, "statistician")
    amendment = propose_amendment(locked.second, locked.study, "statistics", "tighter", {"alpha": 0.01})
    with pytest.raises(StudyRefused, match="approved by another person than its author"):
        approve_amendment(locked.second, locked.study, amendment)
    approve_amendment(locked.statistician, locked.study, amendment)
    assert results(locked, 2)["plan"]["alpha"] == 0.01
    assert Amendment.objects.get().approved_by == locked.statistician


@pytest.mark.parametrize(
    ("kind", "change", "text"),
    [
        ("colour", {"a": 1}, "kind 'colour' is not one of statistics"),
        ("statistics", {}, "change is not a JSON object with content"),
        ("statistics", {"p": 1}, "'p' is not one of primary_finding"),
        ("washout", {"min_days": 1}, "washout cannot change after the lock"),
    ],
)
def test_a_wrong_amendment_is_refused(locked: MadeStudy, kind: str, change: Any, text: str) -> None:
    with pytest.raises(StudyRefused, match=text):
        propose_amendment(locked.manager, locked.study, kind, "some reason", change)


def test_a_replacement_reader_takes_over_by_amendment() -> None:
    made = opened(make_study(crossed_body(statistics=ONE), cases=6))
    old = made.study.readers.get(code="R02")
    withdraw_reader(made.manager, made.study, old, "left the hospital")
    fresh = make_user("replacement")
    amendment = propose_amendment(
        made.manager, made.study, "replace_reader", "left", {"reader": "R02", "username": fresh.username}
    )
    approve_amendment(made.statistician, made.study, amendment)
    reader = made.study.readers.get(code="R03")
    assert set(reader.assignments.values_list("case", "arm")) == set(old.assignments.values_list("case", "arm"))
    assert read_session(made, fresh, START) == 6


def test_an_educational_study_never_reaches_the_statistics_across_readers() -> None:
    body = second_read_body(reading={"feedback": True, "marks": ["box"]})
    made = locked_study(opened(make_study(body, cases=4)))
    assert "educational" in results(made)["findings"]["lung_opacity"]["mrmc"]["refused"]


def test_opening_names_everything_that_is_missing() -> None:
    made = make_study(crossed_body(arms=[{"code": "A", "kind": "aided_concurrent"}]), cases=0, readers=0)
    with pytest.raises(StudyRefused) as refused:
        open_study(made.manager, made.study)
    codes = {one["code"] for one in refused.value.more["problems"]}
    assert {"no_readers", "no_cases", "no_bundle", "no_layer", "no_plan"} <= codes


def test_opening_asks_for_the_model_output_of_every_case() -> None:
    made = make_study(cases=4)
    case = made.study.cases.order_by("code")[0]
    case.image.predictions.update(bundle_id="0" * 64)
    with pytest.raises(StudyRefused, match=f"1 results are missing: bundle .* has not answered {case.code}"):
        open_study(made.manager, made.study)


def test_the_frozen_protocol_and_cases_do_not_change() -> None:
    from reader_study.services.choose_cases import add_cases
    from reader_study.services.edit_protocol import edit_protocol

    made = opened(make_study(cases=2))
    for action in (
        lambda: edit_protocol(made.manager, made.study, {"debrief": True}, whole=False),
        lambda: add_cases(made.manager, made.study, []),
    ):
        with pytest.raises(StudyRefused, match="possible only while it is draft"):
            action()
