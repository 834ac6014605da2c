"""Each fact with every pair of what two sources may say: nothing, the right thing, another thing, something unknown."""

from itertools import product

import pytest

from inference.exam import CONTRADICTION, NOT_STATED, STATED, UNKNOWN_TERM, Code, ExamStatements, read_exam
from inference.exam.terms import BODY_PART, VIEW
from inference.gate import check_age, check_intent, check_term

SAID = ("nothing", "right", "other", "unknown")
N, S, C, U = NOT_STATED, STATED, CONTRADICTION, UNKNOWN_TERM
# Rows: what the first source says; columns: what the second says, in the order of SAID.
STATES = {
    "nothing": (N, S, S, U),
    "right": (S, S, C, U),
    "other": (S, C, S, U),
    "unknown": (U, U, U, U),
}
# A source that names what the model does not read decides; else a doubt is a doubt.
PASSED = {
    "nothing": (None, True, False, None),
    "right": (True, True, False, None),
    "other": (False, False, False, False),
    "unknown": (None, None, False, None),
}

# Per fact: its two attributes, and what each holds to say `right`, `other` and `unknown`.
SOURCES = {
    "view": (
        ("view_position", ("PA", "LATERAL", "PIX")),
        ("view_codes", ((Code("272479007", "SCT"),), (Code("R-10236", "SRT"),), (Code("V7", "99VENDOR", "frontal"),))),
    ),
    "body_part": (
        ("body_part", ("THORAX", "HAND", "QQQ")),
        ("anatomic_regions", ((Code("T-D3000", "SRT"),), (Code("85562004", "SCT"),), (Code("B1", "99VENDOR", "chest"),))),
    ),
    "body_part by its structure": (
        ("body_part", ("CHEST", "HAND", "QQQ")),
        ("primary_structures", ((Code("51185008", "SCT"),), (Code("T-D8700", "SRT"),), (Code("51185008", "99VENDOR"),))),
    ),
    "laterality": (
        ("image_laterality", ("L", "R", "Q")),
        ("laterality", ("L", "R", "X")),
    ),
    "age": (
        ("patient_age", ("050Y", "004Y", "old")),
        ("patient_birth_date", ("19710601", "20170601", "1971")),
    ),
}  # fmt: skip
AP_CODE = Code("R-10206", "SRT")


def statements(fact: str, first: str, second: str, **more: object) -> ExamStatements:
    stated = dict(more)
    for (attribute, values), said in zip(SOURCES[fact], (first, second), strict=True):
        if said != "nothing":
            stated[attribute] = values[SAID.index(said) - 1]
    return ExamStatements(study_date="20210703", **stated)  # type: ignore[arg-type]


@pytest.mark.parametrize(("fact", "first", "second"), list(product(SOURCES, SAID, SAID)))
def test_the_state_of_a_fact(fact: str, first: str, second: str) -> None:
    found = getattr(read_exam(statements(fact, first, second)), fact.split()[0])
    assert found.state == STATES[first][SAID.index(second)]
    assert len(found.sources) == (first != "nothing") + (second != "nothing")
    assert (found.value is not None) is (found.state == STATED)


@pytest.mark.parametrize(
    ("fact", "first", "second"), list(product([name for name in SOURCES if name != "laterality"], SAID, SAID))
)
def test_the_check_of_the_gate(fact: str, first: str, second: str) -> None:
    exam = read_exam(statements(fact, first, second))
    if fact == "view":
        check = check_term(exam.view, VIEW, ("PA", "AP"))
    elif fact == "age":
        check = check_age(exam.age, (18.0, 90.0))
    else:
        check = check_term(exam.body_part, BODY_PART, ("CHEST",))
    assert check is not None
    assert check.passed is PASSED[first][SAID.index(second)]
    if check.passed is None and "nothing" not in (first, second):
        assert all(said.text in check.text for said in getattr(exam, fact.split()[0]).sources), "both sources are named"


@pytest.mark.parametrize(
    ("orientation", "view", "state"),
    [
        (orientation, view, {"": N, "L\\F": S if view != "LL" else C, "A\\F": S if view in ("", "LL") else C}.get(orientation, U))
        for orientation in ("", "L\\F", "A\\F", "R", "L\\F\\X", "Q\\F", "A\\P")
        for view in ("", "PA", "LL", "AP by its code")
    ],
)  # fmt: skip
def test_orientation_beside_the_view(orientation: str, view: str, state: str) -> None:
    by = {"view_codes": (AP_CODE,)} if view == "AP by its code" else {"view_position": view}
    exam = read_exam(ExamStatements(patient_orientation=orientation, body_part="CHEST", **by))  # type: ignore[arg-type]
    assert exam.orientation.state == state
    assert exam.turn.is_identity
    assert ("side_not_stated" in exam.warnings) is ((state != STATED and view != "LL") or state == CONTRADICTION)


@pytest.mark.parametrize(
    ("attribute", "of_class", "state", "passed"),
    [
        ("", "", N, True), ("FOR PRESENTATION", "", S, True), ("FOR PROCESSING", "", S, False), ("FOR TEACHING", "", U, None),
        ("", "1", S, True), ("FOR PRESENTATION", "1", S, True), ("FOR PROCESSING", "1", S, False), ("FOR TEACHING", "1", U, None),
        ("", "1.1", S, False), ("FOR PRESENTATION", "1.1", S, False), ("FOR PROCESSING", "1.1", S, False),
        ("FOR TEACHING", "1.1", S, False),
    ],
)  # fmt: skip
def test_intent_by_its_attribute_and_by_the_class(
    attribute: str, of_class: str, state: str, passed: bool | None
) -> None:
    uid = f"1.2.840.10008.5.1.4.1.1.1.{of_class}" if of_class else "1.2.840.10008.5.1.4.1.1.7"
    exam = read_exam(ExamStatements(presentation_intent=attribute, sop_class_uid=uid))
    assert exam.intent.state == state
    check = check_intent(exam.intent, False)
    assert (True if check is None else check.passed) is passed
