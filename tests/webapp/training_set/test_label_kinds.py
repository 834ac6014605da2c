"""Each label says what it rests on; what was said before the model stays beside it, whatever became of the label."""

import csv
import datetime
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from reader_study.models import Truth
from tests.webapp.sentinel.conftest import drawn, first_look
from tests.webapp.viewer.case_factory import make_image, make_result, make_user, review_body
from training.data.reviewed import read_reviewed
from training.data.settings import DataSettings
from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.later_truth.models import LaterTruth, LaterTruthWithdrawal
from webapp.reveal import shown_elsewhere
from webapp.reveal.label_kind import LabelKind
from webapp.reviews.record_review import record_review
from webapp.sentinel import questions
from webapp.sentinel.look_body import FirstLookRequest, ShowModelRequest
from webapp.sentinel.models import SentinelDraw
from webapp.sentinel.record_look import record_look, show_model
from webapp.training_set.first_words import FirstWord, with_first_words
from webapp.training_set.labels import Label, Place, agreed
from webapp.training_set.select_cases import ReviewedCase, _truth_label, select_cases
from webapp.training_set.tables import CaseRow, cases_csv, readme

OPACITY, EFFUSION = "lung_opacity", "pleural_effusion"
BOX = Place(1, 2, 3, 4)
UNAIDED, AIDED, PANEL = LabelKind.UNAIDED, LabelKind.AIDED, LabelKind.PANEL


def word(says: str, reader: int = 1, *, is_last: bool = True, kind: LabelKind = UNAIDED) -> FirstWord:
    return FirstWord(reader, "b", says, "", BOX if says == "present" else None, is_last=is_last, kind=kind)


def after_a_study(says: str, reader: int = 1, *, is_last: bool = True) -> FirstWord:
    return word(says, reader, is_last=is_last, kind=AIDED)


@pytest.mark.parametrize(
    ("label", "words", "wanted"),
    [
        (None, [word("present")], (1, UNAIDED, 1)),
        (None, [word("absent")], (0, UNAIDED, 0)),
        (None, [word("cannot_judge")], (-1, UNAIDED, -1)),
        (None, [word("present"), word("absent", 2)], (-1, UNAIDED, -1)),
        (Label(1), [word("present", is_last=False)], (1, UNAIDED, 1)),  # reviewed since, and nothing changed
        (Label(1), [word("absent", is_last=False)], (1, AIDED, 0)),  # corrected beside the model
        (Label(1), [word("absent")], (-1, AIDED, 0)),  # another reader contradicts
        (Label(1), [word("present"), word("absent", 2, is_last=False)], (1, AIDED, -1)),
        (Label(0, (), PANEL), [word("present")], (0, PANEL, 1)),
        (Label(1), [], (1, AIDED, None)),
        (None, [after_a_study("present")], (1, AIDED, None)),
        (None, [word("absent"), after_a_study("absent", 2)], (0, AIDED, 0)),
        (None, [word("absent"), after_a_study("present", 2)], (-1, AIDED, 0)),
        (Label(1), [after_a_study("present", is_last=False)], (1, AIDED, None)),
        (
            Label(1),
            [after_a_study("absent")],
            (-1, AIDED, None),
        ),  # another reader contradicts, whatever was seen before
        (Label(1), [word("present", is_last=False), after_a_study("present", 2, is_last=False)], (1, AIDED, 1)),
    ],
)
def test_a_label_is_unaided_where_nobody_needed_the_model_for_it(
    label: Label | None, words: list[FirstWord], wanted: tuple[int, LabelKind, int | None]
) -> None:
    found = with_first_words(label, words, 0.05)
    assert found is not None
    assert (found.value, found.kind, found.unaided) == wanted
    assert found.probability == (None if wanted[2] is None else 0.05)


def test_a_first_word_has_its_box() -> None:
    found = with_first_words(None, [word("present")], 0.05)
    assert found is not None
    assert found.places == (BOX,)


def test_an_unaided_label_takes_no_box_of_the_model() -> None:
    """Present without a box, and agreed beside the model: the places are what was said first, none."""
    aided = Label(1, (Place(9, 9, 9, 9),))
    unplaced = FirstWord(1, "b", "present", "", None, is_last=False)
    for words, places in (([unplaced], ()), ([word("present", is_last=False)], (BOX,))):
        found = with_first_words(aided, words, 0.05)
        assert found is not None
        assert (found.kind, found.places) == (UNAIDED, places)


def test_panel_and_imported_are_told_apart() -> None:
    kinds = {source: _truth_label(Truth(source=source, status="0")).kind for source in Truth.Source.values}
    assert kinds.pop("panel") == PANEL
    assert set(kinds.values()) == {LabelKind.IMPORTED}
    assert agreed([Label(1, (), PANEL), Label(1, (), PANEL)]).kind == PANEL
    assert agreed([Label(1, (), LabelKind.IMPORTED), Label(1, (), PANEL)]).kind == LabelKind.IMPORTED
    assert agreed([Label(0, (), PANEL), Label(1, (), PANEL)]) == Label(-1, kind=PANEL)


@pytest.fixture
def reader(db: None, monkeypatch: pytest.MonkeyPatch) -> User:
    asked = {OPACITY: "Opacity", EFFUSION: "Effusion"}
    monkeypatch.setattr(questions, "findings_in_service", lambda project: asked)
    return make_user("reader")


def case_of(image: Image, user: User | None = None) -> ReviewedCase | None:
    return next((case for case in select_cases(user, Project.default()).cases if case.image == image), None)


def looked(reader: User, **changes: Any) -> Image:
    image = drawn(make_image(), 0.05)
    make_result(image, image_sha256=image.stored_sha256)
    record_look(reader, image, FirstLookRequest(**first_look(**changes)))
    return image


def test_a_look_alone_makes_labels(reader: User) -> None:
    image = looked(reader)
    case = case_of(image, make_user("m", "manager"))
    assert case is not None
    assert {name: (label.value, label.kind) for name, label in case.labels.items()} == {
        OPACITY: (1, UNAIDED),
        EFFUSION: (0, UNAIDED),
    }
    assert (case.readers, len(case.labels[OPACITY].places)) == ((reader.pk,), 1)
    assert case_of(image, make_user("colleague")) is None  # nothing of it before the own look


def test_a_look_after_a_study_showed_the_model_is_no_unaided_label(
    reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown_elsewhere, "SHOWN_ELSEWHERE", [lambda person, image: person == reader])
    image = looked(reader)
    record_look(make_user("another"), image, FirstLookRequest(**first_look()))
    case = case_of(image)
    assert case is not None
    label = case.labels[OPACITY]
    assert (label.value, label.kind, label.unaided, label.probability) == (1, AIDED, 1, 0.05), (
        "one of the two was before"
    )
    alone = case_of(looked(reader))
    assert alone is not None
    label = alone.labels[OPACITY]
    assert (label.value, label.kind, label.unaided, label.probability) == (1, AIDED, None, None)


def test_a_review_after_it_keeps_both(reader: User) -> None:
    """The model called an opacity; the reader had said so first, and had to be told of no effusion."""
    image = looked(reader)
    record_review(reader, image, review_body(finding=OPACITY))  # a false positive after all
    record_review(reader, image, review_body(finding=EFFUSION, verdict="agree", failure=None, idempotency_key="e"))
    case = case_of(image)
    assert case is not None
    assert [(case.labels[n].value, case.labels[n].kind, case.labels[n].unaided) for n in (OPACITY, EFFUSION)] == [
        (0, AIDED, 1),
        (0, UNAIDED, 0),
    ]


def test_the_model_without_an_answer_leaves_aided_labels_alone(reader: User) -> None:
    image = drawn(make_image())
    make_result(image, image_sha256=image.stored_sha256)
    show_model(reader, image, ShowModelRequest(reason="urgent", idempotency_key="k"))
    assert case_of(image) is None
    record_review(reader, image, review_body())
    case = case_of(image)
    assert case is not None
    label = case.labels[OPACITY]
    assert (label.kind, label.unaided, label.probability) == (AIDED, None, None)


def test_a_look_at_other_bytes_makes_no_label(reader: User) -> None:
    image = looked(reader)
    Image.objects.filter(pk=image.pk).update(stored_sha256="c" * 64)
    assert case_of(image) is None


def test_the_table_carries_kinds_and_training_reads_it(reader: User, tmp_path: Any) -> None:
    case = case_of(looked(reader))
    assert case is not None
    row = CaseRow("images/a.dcm", "a" * 64, "R1", "PA", {**case.labels, "old": Label(1)}, ("r",), ("b",))
    text = cases_csv([row], [EFFUSION, OPACITY, "old"])
    (line,) = csv.DictReader(io.StringIO(text))
    assert line["kinds"] == "lung_opacity:unaided;old:aided;pleural_effusion:unaided"
    assert (line["unaided"], line["draw_probability"]) == ("lung_opacity:1;pleural_effusion:0", "0.05")
    assert "aided 1, unaided 2" in readme([row], [], [OPACITY])
    (tmp_path / "cases.csv").write_text(text)
    read = read_reviewed(DataSettings(name="reviewed"), tmp_path, check_files=False)
    assert read.classes == (EFFUSION, OPACITY, "old")


def test_truth_of_an_image_whose_first_look_is_open_waits(reader: User, monkeypatch: pytest.MonkeyPatch) -> None:
    image = drawn(make_image())
    truth = {image.pk: {OPACITY: [Truth(status="1", source="panel")]}}
    monkeypatch.setattr("webapp.training_set.select_cases._truths", lambda user, project: truth)
    monkeypatch.setattr("webapp.training_set.select_cases._truth_label", lambda truth: Label(1, (), PANEL))
    found = select_cases(make_user("m", "manager"), Project.default())
    assert ([one.code for one in found.left_out], found.cases) == (["in_study", "first_look"], ())
    assert case_of(image) is not None  # the command line shows nobody anything


def found_later(image: Image, finding: str = OPACITY, **changes: Any) -> LaterTruth:
    said = {"says": "present", "source": "ct", "exam_date": datetime.date(2026, 11, 28), **changes}
    key = str(LaterTruth.objects.count())
    truth = LaterTruth(
        **{"image": image, "image_sha256": image.stored_sha256, "finding": finding, "idempotency_key": key, **said}
    )
    truth.save()
    return truth


def test_what_was_found_later_stands_before_reviews_and_keeps_the_first_word(reader: User) -> None:
    """The reader had said no effusion before the model; the CT showed one. A CT that cannot say leaves the reader's word."""
    image = looked(reader)
    record_review(reader, image, review_body(finding=OPACITY))
    found_later(image, EFFUSION, box_x=1, box_y=2, box_w=3, box_h=4)
    found_later(image, OPACITY, says="cannot_judge")
    case = case_of(image)
    assert case is not None
    effusion, opacity = case.labels[EFFUSION], case.labels[OPACITY]
    assert (effusion.value, effusion.kind, effusion.places, effusion.unaided) == (1, LabelKind.LATER, (BOX,), 0)
    assert (opacity.value, opacity.kind) == (0, AIDED)
    assert case.sources == ("ct",)
    row = CaseRow("images/a.dcm", "a" * 64, "R1", "PA", case.labels, (), ())
    assert "pleural_effusion:later" in cases_csv([row], [EFFUSION, OPACITY])
    assert "later 1" in readme([row], [], [])


def test_what_was_found_later_alone_makes_a_row(reader: User) -> None:
    image = make_image()
    found_later(image, "", term="rib_fracture")
    assert case_of(image) is None, "a term heads no column"
    truth = found_later(image)
    case = case_of(image)
    assert case is not None
    assert {name: (label.value, label.kind) for name, label in case.labels.items()} == {OPACITY: (1, LabelKind.LATER)}
    Image.objects.filter(pk=image.pk).update(stored_sha256="c" * 64)
    assert case_of(image) is None, "of other bytes"
    Image.objects.filter(pk=image.pk).update(stored_sha256=truth.image_sha256)
    LaterTruthWithdrawal(truth=truth, reason="wrong").save()
    assert case_of(image) is None, "taken back"


def test_later_truths_that_differ_from_each_other_or_a_panel_are_uncertain(
    reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = make_image()
    found_later(image)
    truth = {image.pk: {OPACITY: [Truth(status="0", source="panel")]}}
    monkeypatch.setattr("webapp.training_set.select_cases._truths", lambda user, project: truth)
    monkeypatch.setattr("webapp.training_set.select_cases._truth_label", lambda truth: Label(0, (), PANEL))
    case = case_of(image)
    assert case is not None
    assert (case.labels[OPACITY].value, case.labels[OPACITY].kind) == (-1, LabelKind.IMPORTED)
    assert case.sources == ("ct", "panel")


def test_the_page_counts_kinds_and_looks(reader: User, signed_in: Callable[..., Client], storage: Path) -> None:
    looked(reader)
    drawn(make_image())
    SentinelDraw.objects.create(image=make_image(), probability=0.05, is_drawn=False)
    broken = drawn(make_image())
    show_model(reader, broken, ShowModelRequest(reason="urgent", idempotency_key="k"))
    page = signed_in("manager").get("/failures/training-set/").content.decode()
    assert "3 of 4 images drawn: 1 answered, 1 shown without an answer, 1 open." in page


def test_exports_carry_the_kind(reader: User, signed_in: Callable[..., Client]) -> None:
    image = looked(reader)
    record_review(reader, image, review_body(finding=OPACITY))
    broken = drawn(make_image())
    show_model(reader, broken, ShowModelRequest(reason="seen", idempotency_key="k"))
    manager = signed_in("manager")
    (review,) = manager.get("/api/reviews/export/?as=json").json()["reviews"]
    assert review["kind"] == "aided"
    assert manager.get(f"/api/images/{image.pk}/reviews/").json()["reviews"][0]["kind"] == "aided"
    text = manager.get("/api/first-looks/export/").content.decode()
    rows = [
        (row["finding"], row["says"], row["kind"], row["draw_probability"], row["shown_without_answer"])
        for row in csv.DictReader(io.StringIO(text))
    ]
    assert sorted(rows) == [
        ("", "", "", "0.05", "seen"),
        (OPACITY, "present", "unaided", "0.05", ""),
        (EFFUSION, "absent", "unaided", "0.05", ""),
    ]
    assert len(manager.get("/api/first-looks/export/?as=json").json()["looks"]) == 3
    assert manager.get("/api/first-looks/export/?as=xml").json()["text"] == "as 'xml' is not one of csv, json"
    colleague = signed_in("radiologist", "colleague")
    assert colleague.get("/api/first-looks/export/?as=json").json()["looks"] == []
