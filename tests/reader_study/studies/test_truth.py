"""The reference standard: votes, merging boxes, decisions, import with every fault named, freezing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reader_study.models import Case, Truth, TruthVote
from reader_study.refusal import StudyRefused
from reader_study.results.panel_agreement import panel_agreement
from reader_study.services.freeze_truth import freeze_truth, truth_status
from reader_study.services.import_truth import import_truth
from reader_study.services.people import add_member, add_reader
from reader_study.services.vote_truth import adjudicate_truth, truth_queue, vote_truth
from reader_study.truth_regions import merge_boxes
from tests.reader_study.studies.study_factory import FINDINGS, MadeStudy, crossed_body, make_study
from tests.webapp.viewer.case_factory import make_image, make_user
from webapp.reviews.models import AppendOnlyViolation

BOX = {"x": 100.0, "y": 100.0, "w": 100.0, "h": 100.0}


def moved(dx: float) -> dict[str, float]:
    return {**BOX, "x": 100.0 + dx}


def test_two_boxes_merge_to_their_mean() -> None:
    # Overlap 80 x 100 = 8000, union 12000: IoU 2/3.
    assert merge_boxes([BOX], [moved(20)], 0.5) == [moved(10)]


def test_boxes_that_overlap_too_little_do_not_merge() -> None:
    # Overlap 60 x 100 = 6000, union 14000: IoU .43.
    assert merge_boxes([BOX], [moved(40)], 0.5) is None


def test_a_box_without_a_partner_is_left_to_the_chair() -> None:
    assert merge_boxes([BOX, moved(500)], [BOX], 0.5) is None


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=4, unique=True), st.floats(-10, 10))
def test_merging_does_not_depend_on_order(places: list[int], shift: float) -> None:
    one = [{"x": 300.0 * p, "y": 0.0, "w": 100.0, "h": 100.0} for p in places]
    other = [{**box, "x": box["x"] + shift} for box in reversed(one)]
    assert merge_boxes(one, other, 0.5) == merge_boxes(other, one, 0.5)


@pytest.fixture
def made(db: None) -> MadeStudy:
    """A draft with one case without truth and three panel members, the first of whom is the chair."""
    body = crossed_body(findings=FINDINGS[:1], statistics={"primary_finding": "lung_opacity", "tests": ["A", "B"]})
    made = make_study(body, cases=0)
    from reader_study.services.choose_cases import add_cases

    add_cases(made.manager, made.study, [make_image()])
    for k in range(3):
        user = make_user(f"{made.study.slug}-panel{k}")
        add_member(made.manager, made.study, user.username, "panel", is_chair=k == 0)
        made.panel.append(user)
    return made


def vote(made: MadeStudy, k: int, status: str, regions: Any = None) -> Truth:
    (truth,) = list(truth_queue(made.panel[k], made.study))
    vote_truth(made.panel[k], made.study, truth, status, regions)
    truth.refresh_from_db()
    return truth


def test_two_concordant_votes_decide_and_their_boxes_merge(made: MadeStudy) -> None:
    assert vote(made, 0, "1", [BOX]).state == "draft"
    truth = vote(made, 1, "1", [moved(20)])
    assert (truth.state, truth.status, truth.strength) == ("adjudicated", "1", "C")
    (region,) = truth.regions.all()
    assert (region.x, region.weight) == (110, 1)
    assert truth_queue(made.panel[2], made.study) == []


def test_discordant_votes_ask_for_a_third_who_decides(made: MadeStudy) -> None:
    vote(made, 0, "1", [BOX])
    truth = vote(made, 1, "0")
    assert (truth.state, truth.is_discordant, truth.status) == ("voted", True, "")
    truth = vote(made, 2, "0")
    assert (truth.state, truth.status) == ("adjudicated", "0")


def test_boxes_that_do_not_merge_are_drawn_by_the_chair(made: MadeStudy) -> None:
    vote(made, 1, "1", [BOX])
    truth = vote(made, 2, "1", [moved(300)])
    assert truth.state == "voted"
    truth = adjudicate_truth(made.panel[0], made.study, truth, "1", [moved(5)], ["a", "b"])
    assert (truth.state, truth.regions.get().x) == ("adjudicated", 105)
    assert TruthVote.objects.get(kind="consensus").attendees == ["a", "b"]


def test_only_the_chair_decides_and_only_after_two_votes(made: MadeStudy) -> None:
    vote(made, 1, "1", [BOX])
    truth = Truth.objects.get()
    with pytest.raises(StudyRefused, match="Only the chair"):
        adjudicate_truth(made.panel[1], made.study, truth, "0", [], ["a"])
    with pytest.raises(StudyRefused, match="At least two independent votes"):
        adjudicate_truth(made.panel[0], made.study, truth, "0", [], ["a"])


def test_a_vote_is_given_once_and_never_changes(made: MadeStudy) -> None:
    vote(made, 0, "1", [BOX])
    truth = Truth.objects.get()
    with pytest.raises(StudyRefused, match="You have voted"):
        vote_truth(made.panel[0], made.study, truth, "0", [])
    row = TruthVote.objects.get()
    row.status = "0"
    with pytest.raises(AppendOnlyViolation):
        row.save()


@pytest.mark.parametrize(
    ("status", "regions", "text"),
    [
        ("2", [], "status '2' is not one of 0, 1, indeterminate"),
        ("0", [BOX], "regions go with status 1 only"),
        ("1", [{**BOX, "x": 2000}], "leaves the image of 2048 x 2500"),
        ("1", "x", "regions is not a list"),
    ],
)
def test_a_wrong_vote_is_refused(made: MadeStudy, status: str, regions: Any, text: str) -> None:
    (truth,) = truth_queue(made.panel[0], made.study)
    with pytest.raises(StudyRefused, match=text):
        vote_truth(made.panel[0], made.study, truth, status, regions)


def test_panel_agreement_of_one_case_has_no_kappa_but_an_iou(made: MadeStudy) -> None:
    vote(made, 0, "1", [BOX])
    vote(made, 1, "1", [moved(20)])
    found = panel_agreement(made.study)["lung_opacity"]
    assert (found["n"], found["kappa"], found["box_iou"]) == (1, None, pytest.approx(2 / 3))
    assert found["reason"].startswith("undefined")


def test_a_panel_member_cannot_be_a_reader_unless_the_protocol_says_so(made: MadeStudy) -> None:
    with pytest.raises(StudyRefused, match="cannot be reader and panel member"):
        add_reader(made.manager, made.study, made.panel[1].username)
    from reader_study.services.edit_protocol import edit_protocol

    edit_protocol(made.manager, made.study, {"panel_may_read": True}, whole=False)
    add_reader(made.manager, made.study, made.panel[1].username)
    assert made.study.deviations.get().code == "author_of_truth"


def test_a_manager_cannot_be_a_reader(made: MadeStudy) -> None:
    with pytest.raises(StudyRefused, match="cannot be reader and manager"):
        add_reader(made.manager, made.study, made.second.username)


def test_truth_is_frozen_once_every_case_is_decided(made: MadeStudy) -> None:
    vote(made, 0, "0")
    with pytest.raises(StudyRefused, match="1 cases have no decided truth"):
        freeze_truth(made.manager, made.study)
    vote(made, 1, "0")
    assert freeze_truth(made.manager, made.study) == 1
    assert truth_status(made.study)["status"]["lung_opacity"]["frozen"] == 1
    assert made.study.locks.get().kind == "truth"


HEADER = "case,finding,status,source,strength,x,y,w,h,weight"
BAD = [
    ("{c},lung_opacity,2,,,,,,,", 2, "status", "status '2' is not one of 0, 1, indeterminate"),
    ("C99999,lung_opacity,0,,,,,,,", 2, "case", "case 'C99999' is not the code or image id"),
    ("{c},gout,0,,,,,,,", 2, "finding", "finding 'gout' is not one of lung_opacity"),
    ("{c},lung_opacity,1,oracle,,,,,,", 2, "source", "source 'oracle' is not one of panel"),
    ("{c},lung_opacity,1,,E,,,,,", 2, "strength", "strength 'E' is not one of A, B, C, D"),
    ("{c},lung_opacity,1,,,a,1,1,1,", 2, "x", "x 'a' is not a number"),
    ("{c},lung_opacity,1,,,nan,1,1,1,", 2, "x", "x nan is not a finite number"),
    ("{c},lung_opacity,1,,,1,1,0,1,", 2, "w", "above 0 for a box"),
    ("{c},lung_opacity,1,,,2040,1,10,1,", 2, "x", "leaves the image"),
    ("{c},lung_opacity,0,,,1,1,1,1,", 2, "x", "boxes go with status 1 only"),
    ("{c},lung_opacity,1,,,1,1,1,1,2", 2, "weight", "weight '2' is not a number above 0"),
    ("{c},lung_opacity,1,,,1,1,1,1,.5", 2, "weight", "sum to 0.5; they must sum to 1"),
    ("{c},lung_opacity,1,,,1,1,1,1,\n{c},lung_opacity,0,,,,,,,", 3, "status", "the status that line 2 gives"),
    ("{c},lung_opacity,1,,,,,,,\n{c},lung_opacity,1,,,,,,,", 3, "case", "stands twice without a box"),
    ("{c},lung_opacity", 2, "", "line 2: 2 cells, the header has 10"),
]


@pytest.mark.parametrize(("lines", "line", "column", "text"), BAD)
def test_a_faulty_line_is_named_and_nothing_is_stored(
    made: MadeStudy, lines: str, line: int, column: str, text: str
) -> None:
    code = made.study.cases.get().code
    with pytest.raises(StudyRefused) as refused:
        import_truth(made.manager, made.study, f"{HEADER}\n{lines.replace('{c}', code)}")
    fault = refused.value.more["errors"][0]
    assert (fault["line"], fault["column"]) == (line, column)
    assert text in fault["text"]
    assert not Truth.objects.exists()


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xff\xfe", "not UTF-8"),
        ("", "column 'case' is missing"),
        ("case,finding", "column 'status' is missing"),
        ("case,finding,status,colour", "column 'colour' is unknown"),
        ("case,case,finding,status", "stands twice"),
        (f"{HEADER}\n", "no lines below its header"),
        ('case,finding,status\n"a', "not CSV"),
    ],
)
def test_a_file_that_is_no_truth_is_refused(made: MadeStudy, content: Any, text: str) -> None:
    with pytest.raises(StudyRefused, match=text):
        import_truth(made.manager, made.study, content)


def test_all_faults_are_told_at_once(made: MadeStudy) -> None:
    with pytest.raises(StudyRefused) as refused:
        import_truth(made.manager, made.study, f"{HEADER}\nX,lung_opacity,0,,,,,,,\nY,lung_opacity,0,,,,,,,")
    assert [fault["line"] for fault in refused.value.more["errors"]] == [2, 3]


def test_two_lines_give_two_boxes_with_their_weights(made: MadeStudy) -> None:
    case = made.study.cases.get()
    rows = f"\ufeff{HEADER}\n{case.code},lung_opacity,1,ct,A,1,2,3,4,.75\n{case.image_id},lung_opacity,1,ct,A,5,6,7,8,.25\n"
    assert import_truth(made.manager, made.study, rows.encode()) == 1
    truth = Truth.objects.get()
    assert (truth.source, truth.strength, truth.state) == ("ct", "A", "adjudicated")
    assert [(one.x, one.weight) for one in truth.regions.all()] == [(1, 0.75), (5, 0.25)]


def test_a_second_import_makes_a_new_version(made: MadeStudy) -> None:
    case = made.study.cases.get()
    for status in ("0", "1"):
        import_truth(made.manager, made.study, f"case,finding,status\n{case.code},lung_opacity,{status}")
    assert [(one.version, one.status) for one in Truth.objects.order_by("version")] == [(1, "0"), (2, "1")]
    assert Case.objects.count() == 1
