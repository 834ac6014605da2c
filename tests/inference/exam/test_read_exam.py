"""Facts: what is not stated, what a term or a code says, what contradicts, and where each comes from."""

from datetime import date

import pytest

from inference.exam import CONTRADICTION, NOT_STATED, STATED, UNKNOWN_TERM, Code, ExamStatements, read_exam
from inference.exam.age import age_text, age_years, dicom_date

LEFT, RIGHT = Code("7771000", "SCT"), Code("G-A100", "SRT")
LATERAL, AP = Code("399067008", "SCT"), Code("R-10206", "SRT")
CHEST, HAND = Code("51185008", "SCT"), Code("T-D8700", "SRT")
RAW = "1.2.840.10008.5.1.4.1.1.1.1.1"
TODAY = date(2026, 11, 29)

MATRIX = [
    ("age", {}, NOT_STATED, None),
    ("age", {"patient_age": "049Y"}, STATED, 49.0),
    ("age", {"patient_birth_date": "20210601", "study_date": "20210703"}, STATED, pytest.approx(32 / 365.25)),
    ("age", {"patient_birth_date": "2021.06.01", "study_date": "2021.07.03"}, STATED, pytest.approx(32 / 365.25)),
    ("age", {"patient_age": "060Y", "patient_birth_date": "19610101", "study_date": "20210703"}, STATED, 60.0),
    ("age", {"patient_age": "061Y", "patient_birth_date": "19610101", "study_date": "20210703"}, STATED, 61.0),
    ("age", {"patient_age": "049Y", "patient_birth_date": "20210601", "study_date": "20210703"}, CONTRADICTION, None),
    ("age", {"patient_age": "old"}, UNKNOWN_TERM, None),
    ("age", {"patient_birth_date": "19610101"}, NOT_STATED, None),
    ("age", {"patient_birth_date": "19610101", "study_date": "20991231"}, UNKNOWN_TERM, None),
    ("age", {"patient_birth_date": "20210703", "study_date": "20210601"}, UNKNOWN_TERM, None),
    ("age", {"patient_birth_date": "18000101", "study_date": "20210601"}, UNKNOWN_TERM, None),
    ("age", {"patient_birth_date": "1961", "study_date": "20210601"}, UNKNOWN_TERM, None),
    ("view", {}, NOT_STATED, None),
    ("view", {"view_position": "LL"}, STATED, "LL"),
    ("view", {"view_codes": (LATERAL,)}, STATED, "LAT"),
    ("view", {"view_position": "LL", "view_codes": (LATERAL,)}, STATED, "LL"),
    ("view", {"view_position": "PA", "view_codes": (AP,)}, CONTRADICTION, None),
    ("view", {"view_position": "ERECT"}, UNKNOWN_TERM, None),
    ("view", {"view_position": "PA", "view_codes": (Code("1", "99X"),)}, UNKNOWN_TERM, None),
    ("body_part", {}, NOT_STATED, None),
    ("body_part", {"body_part": "THORAX"}, STATED, "CHEST"),
    ("body_part", {"anatomic_regions": (CHEST,)}, STATED, "CHEST"),
    ("body_part", {"primary_structures": (HAND,)}, STATED, "HAND"),
    ("body_part", {"body_part": "CHEST", "anatomic_regions": (HAND,)}, CONTRADICTION, None),
    ("body_part", {"body_part": "PA"}, UNKNOWN_TERM, None),
    ("body_part", {"body_part": "CHEST XYZ"}, UNKNOWN_TERM, None),
    ("laterality", {}, NOT_STATED, None),
    ("laterality", {"image_laterality": "L"}, STATED, "L"),
    ("laterality", {"anatomic_modifiers": (RIGHT,)}, STATED, "R"),
    ("laterality", {"image_laterality": "L", "laterality": "R"}, CONTRADICTION, None),
    ("laterality", {"laterality": "R", "anatomic_modifiers": (LEFT,)}, CONTRADICTION, None),
    ("laterality", {"laterality": "Q"}, UNKNOWN_TERM, None),
    ("orientation", {}, NOT_STATED, None),
    ("orientation", {"patient_orientation": "\\"}, NOT_STATED, None),
    ("orientation", {"patient_orientation": "R\\F"}, STATED, "R\\F"),
    ("orientation", {"patient_orientation": "A\\F", "view_position": "PA"}, CONTRADICTION, None),
    ("orientation", {"patient_orientation": "A\\F", "view_position": "LL"}, STATED, "A\\F"),
    ("orientation", {"patient_orientation": "R"}, UNKNOWN_TERM, None),
    ("orientation", {"patient_orientation": "L\\F\\X"}, UNKNOWN_TERM, None),
    ("orientation", {"patient_orientation": "L\\F", "anatomical_orientation_type": "QUADRUPED"}, UNKNOWN_TERM, None),
    ("intent", {}, NOT_STATED, None),
    ("intent", {"presentation_intent": "FOR PRESENTATION"}, STATED, "FOR PRESENTATION"),
    ("intent", {"sop_class_uid": RAW}, STATED, "FOR PROCESSING"),
    ("intent", {"presentation_intent": "FOR TEACHING"}, UNKNOWN_TERM, None),
    ("quality_control", {}, NOT_STATED, None),
    ("quality_control", {"quality_control_image": "YES"}, STATED, "YES"),
    ("quality_control", {"quality_control_image": "PERHAPS"}, UNKNOWN_TERM, None),
    ("device", {}, NOT_STATED, None),
    ("device", {"manufacturer": "Maker", "model_name": "M1"}, STATED, "Maker M1"),
]


@pytest.mark.parametrize(("name", "stated", "state", "value"), MATRIX, ids=str)
def test_state_and_value_of_each_fact(name, stated, state, value):
    fact = getattr(read_exam(ExamStatements(**stated), TODAY), name)
    assert (fact.state, fact.value) == (state, value)
    assert bool(fact.sources) is (state != NOT_STATED)


def test_a_study_of_tomorrow_is_a_matter_of_clocks():
    statements = ExamStatements(patient_birth_date="19610101", study_date="20261130")
    assert read_exam(statements, TODAY).age.state == STATED
    assert read_exam(statements, date(2026, 11, 27)).age.state == UNKNOWN_TERM


def test_each_fact_carries_its_sources():
    stated = ExamStatements(view_position="PA", view_codes=(AP,), body_part="THORAX PA")
    view = read_exam(stated).view
    assert [said.attribute for said in view.sources] == ["View Position", "Body Part Examined", "View Code Sequence"]
    assert view.document()["sources"][2] == {
        "attribute": "View Code Sequence",
        "says": "View Code Sequence says R-10206 (SRT) (antero-posterior)",
    }


@pytest.mark.parametrize(
    ("stated", "is_turned"),
    [
        ({"view_position": "PA", "body_part": "CHEST"}, True),
        ({}, True),
        ({"view_position": "???"}, True),
        ({"view_position": "LL"}, False),
        ({"body_part": "HAND"}, False),
        ({"anatomic_regions": (HAND,), "body_part": "CHEST"}, False),
        ({"anatomical_orientation_type": "QUADRUPED"}, False),
    ],
)
def test_only_frontal_films_of_the_chest_are_turned(stated, is_turned):
    exam = read_exam(ExamStatements(patient_orientation="R\\F", **stated))
    assert exam.turn.flips_columns is is_turned


@pytest.mark.parametrize("orientation", ["A\\F", "R", "L\\F\\X", ""])
def test_an_orientation_that_says_nothing_turns_nothing_and_is_told(orientation):
    exam = read_exam(ExamStatements(patient_orientation=orientation, view_position="PA", body_part="CHEST"))
    assert exam.turn.is_identity
    assert "side_not_stated" in exam.warnings


@pytest.mark.parametrize(
    ("view", "orientation", "state"),
    [
        ("LL", "L\\F", CONTRADICTION), ("LAT", "R\\F", CONTRADICTION), ("PA", "A\\F", CONTRADICTION),
        ("LL", "A\\F", STATED), ("RL", "P\\F", STATED), ("PA", "L\\F", STATED), ("", "L\\F", STATED), ("LLO", "L\\F", STATED),
    ],
)  # fmt: skip
def test_an_orientation_that_contradicts_the_view_gives_no_letters(view, orientation, state):
    exam = read_exam(ExamStatements(patient_orientation=orientation, view_position=view, body_part="CHEST"))
    assert exam.orientation.state == state
    assert bool(exam.placement()["right"]) is (state == STATED)
    assert ("side_not_stated" in exam.warnings) is (state != STATED)


def test_warnings_name_what_a_reader_should_know():
    statements = ExamStatements(
        sop_class_uid=RAW, quality_control_image="YES", view_position="PA", view_codes=(AP,), body_part="BRUST",
        patient_age="x", image_laterality="Q",
    )  # fmt: skip
    assert read_exam(statements).warnings == (
        *("for_processing", "quality_control_image", "age_unclear", "view_unclear", "body_part_unclear"),
        *("laterality_unclear", "side_not_stated"),
    )
    assert read_exam(ExamStatements(patient_orientation="L\\F", view_position="PA")).warnings == ()


def test_an_older_header_speaks_by_what_it_holds():
    older = {"view_position": "LL", "laterality": "R", "patient_age": "049Y", "age_years": 49.0, "rows": 3}
    exam = read_exam(ExamStatements.from_header(older))
    assert (exam.view.value, exam.laterality.value, exam.age_years) == ("LL", "R", 49.0)
    assert read_exam(ExamStatements.from_header({})).view.state == NOT_STATED


@pytest.mark.parametrize(
    ("age", "years"),
    [("049Y", 49.0), ("49", 49.0), ("018M", 1.5), ("052W", 364 / 365.25), ("010d", 10 / 365.25), ("old", None)],
)
def test_ages_are_read_with_and_without_unit(age, years):
    assert age_years(age) == (None if years is None else pytest.approx(years))


@pytest.mark.parametrize("text", ["20210231", "2021", "2021070a", "", "２０２１０７０３"])
def test_what_is_no_date(text):
    assert dicom_date(text) is None


@pytest.mark.parametrize(
    ("years", "text"),
    [
        (0.0, "0 days"), (1 / 365.25, "1 day"), (7 * 7 / 365.25, "1 month"), (27 / 365.25, "27 days"), (32 / 365.25, "1 month"),
        (18 / 12, "18 months"), (1.999, "23 months"), (2.0, "2 years"), (8.0, "8 years"), (60.52, "60.5 years"),
    ],
)  # fmt: skip
def test_a_small_child_is_months_or_days_old(years: float, text: str) -> None:
    assert age_text(years) == text
