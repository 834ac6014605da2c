"""What the model may be asked: each check alone, then the verdict."""

import dataclasses

import numpy as np
import pytest

from inference.exam import Code
from inference.gate import check_likeness, judge, mahalanobis
from inference.manifest import GateRules
from tests.inference.exam_questions import asked

RULES = GateRules(
    views=("PA", "AP"),
    age_years=(18.0, 90.0),
    modalities=("CR", "DX"),
    body_parts=("CHEST", ""),
    mean=np.array([1.0, 2.0]),
    precision=np.array([[4.0, 0.0], [0.0, 1.0]]),
    threshold=2.0,
    quantile=0.99,
)
NEAR, FAR = np.array([1.5, 2.0]), np.array([3.0, 2.0])  # distances 2 * 0.5 = 1 and 2 * 2 = 4
LATERAL = Code("399067008", "SCT", "lateral")
AP = Code("R-10206", "SRT", "antero-posterior")
HAND = Code("85562004", "SCT", "Hand")
CHEST = Code("T-D3000", "SRT", "Chest")
RAW, READY = "1.2.840.10008.5.1.4.1.1.1.1.1", "1.2.840.10008.5.1.4.1.1.1.1"


def verdict(embedding=NEAR, rules=RULES, for_processing=False, **stated):
    question = dataclasses.replace(asked(**stated), takes_for_processing=for_processing)
    return judge(rules, question, embedding)


def check(name, **stated):
    return next(one for one in verdict(**stated).checks if one.name == name)


def test_a_known_image_passes():
    found = verdict(patient_orientation="L\\F", sop_class_uid=READY, quality_control_image="NO")
    assert found.verdict == "pass"
    assert found.reason is None
    assert [check.passed for check in found.checks] == [True] * 8


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"view": "LL"}, "View Position says LL (left lateral); the model may be asked for PA, AP."),
        (
            {"age": "008Y"},
            "The patient is 8 years old by Patient's Age; the model may be asked for ages 18 to 90.",
        ),
        ({"body_part": "hand"}, "Body Part Examined says hand; the model may be asked for CHEST."),
        ({"modality": "CT"}, "The modality is CT; the model may be asked for CR, DX."),
        ({"embedding": FAR}, "The image is unlike those the model was calibrated on (distance 4, limit 2)."),
        (
            {"sop_class_uid": RAW},
            "SOP Class says FOR PROCESSING; the model may be asked for images FOR PRESENTATION.",
        ),
        (
            {"quality_control_image": "YES"},
            "Quality Control Image says YES; the model may be asked for images of patients.",
        ),
    ],
)
def test_an_unknown_kind_is_refused_with_its_sentence(changes, sentence):
    found = verdict(**changes)
    assert found.verdict == "refused"
    assert found.reason == sentence


# What each source may say of each fact, and what the check answers: True, False (refused) or None (unknown).
MATRIX = {
    "age_years": [
        ({"age": ""}, None),
        ({}, True),
        ({"age": "", "patient_birth_date": "19700101", "study_date": "20210703"}, True),
        ({"age": "", "patient_birth_date": "20210601", "study_date": "20210703"}, False),
        ({"patient_birth_date": "19700101", "study_date": "20210703"}, True),
        ({"patient_birth_date": "19900101", "study_date": "20210703"}, None),
        ({"patient_birth_date": "20210601", "study_date": "20210703"}, False),
        ({"age": "003M", "patient_birth_date": "19700101", "study_date": "20210703"}, False),
        ({"age": "", "patient_birth_date": "20210601"}, None),
        ({"patient_birth_date": "20210601"}, True),  # no study date: the dates say nothing
        ({"age": "old"}, None),
        ({"age": "", "body_part": "THORAX KIND"}, False),
        ({"body_part": "CHEST PED"}, False),
    ],
    "view": [
        ({"view": ""}, None),
        ({}, True),
        ({"view": "LATERAL"}, False),
        ({"view": "", "view_codes": (AP,)}, True),
        ({"view": "", "view_codes": (LATERAL,)}, False),
        ({"view_codes": (Code("272479007", "SCT"),)}, True),
        ({"view_codes": (AP,)}, None),
        ({"view_codes": (LATERAL,)}, False),
        ({"view": "XYZ"}, None),
        ({"view": "XYZ", "view_codes": (AP,)}, None),
        ({"view_codes": (Code("V7", "99VENDOR", "lateral"),)}, None),
        ({"view": "", "view_codes": (Code("V7", "99VENDOR", "postero-anterior"),)}, None),
        ({"view": "", "body_part": "CHEST LAT"}, False),
        ({"view": "", "body_part": "CHEST PA"}, True),
        ({"body_part": "THORAX AP"}, None),
        ({"view_codes": (Code("399033003", "SCT", "frontal"),)}, True),
        ({"view": "", "view_codes": (Code("399033003", "SCT", "frontal"),)}, True),
        ({"view": "", "patient_orientation": "A\\F"}, False),
    ],
    "body_part": [
        ({"body_part": ""}, True),
        ({}, True),
        ({"body_part": "HAND"}, False),
        ({"body_part": "", "anatomic_regions": (CHEST,)}, True),
        ({"body_part": "", "anatomic_regions": (HAND,)}, False),
        ({"body_part": "", "primary_structures": (HAND,)}, False),
        ({"anatomic_regions": (CHEST,)}, True),
        ({"anatomic_regions": (HAND,)}, False),
        ({"body_part": "HAND", "anatomic_regions": (CHEST,)}, False),
        ({"body_part": "BRUST"}, None),  # German for chest and for breast
        ({"anatomic_regions": (Code("B1", "99VENDOR", "chest"),)}, None),
        ({"body_part": "CHEST ABDOMEN"}, False),
        ({"body_part": "CHEST XYZ"}, None),
        ({"body_part": "CHEST PA"}, True),
    ],
    "presentation_intent": [
        ({"presentation_intent": "FOR PRESENTATION"}, True),
        ({"sop_class_uid": READY}, True),
        ({"presentation_intent": "FOR PROCESSING"}, False),
        ({"sop_class_uid": RAW}, False),
        ({"presentation_intent": "FOR PROCESSING", "sop_class_uid": READY}, False),
        ({"presentation_intent": "FOR PRESENTATION", "sop_class_uid": RAW}, False),
        ({"presentation_intent": "FOR TEACHING"}, None),
        ({"presentation_intent": "FOR TEACHING", "sop_class_uid": READY}, None),
    ],
    "quality_control": [
        ({"quality_control_image": "NO"}, True),
        ({"quality_control_image": "YES"}, False),
        ({"quality_control_image": "BOTH"}, None),
        ({"quality_control_image": "SURE"}, None),
    ],
    "orientation": [
        ({}, True),
        ({"patient_orientation": "L\\F"}, True),
        ({"patient_orientation": "R\\F"}, True),
        ({"patient_orientation": "A\\F"}, None),
        ({"patient_orientation": "R"}, None),
        ({"patient_orientation": "L\\F\\X"}, None),
        ({"patient_orientation": "LE\\V"}, None),
    ],
}


@pytest.mark.parametrize(
    ("name", "stated", "passed"), [(name, *row) for name, rows in MATRIX.items() for row in rows], ids=str
)
def test_what_the_sources_say_and_what_the_gate_answers(name, stated, passed):
    found = check(name, **stated)
    assert found.passed is passed
    expected = {True: "pass", False: "refused", None: "unknown"}[passed]
    others = [one.passed for one in verdict(**stated).checks if one.name != name]
    assert verdict(**stated).verdict == (expected if all(others) else verdict(**stated).verdict)


@pytest.mark.parametrize(
    ("name", "stated", "named"),
    [
        ("view", {"view_codes": (AP,)}, ("View Position says PA", "View Code Sequence says R-10206 (SRT")),
        ("view", {"body_part": "THORAX AP"}, ("View Position says PA", "Body Part Examined says THORAX AP")),
        (
            "view",
            {"view_codes": (Code("V7", "99VENDOR", "lateral"),)},
            ("View Position says PA", "V7 (99VENDOR, “lateral”), which is not known here"),
        ),
        (
            "body_part",
            {"anatomic_regions": (Code("B1", "99VENDOR"),)},
            ("Body Part Examined says CHEST", "Anatomic Region Sequence says B1"),
        ),
        (
            "age_years",
            {"patient_birth_date": "19900101", "study_date": "20210703"},
            ("Patient's Age says 050Y", "birth and study date says 31.5 years"),
        ),
        ("orientation", {"patient_orientation": "A\\F"}, ("Patient Orientation says A\\F", "View Position says PA")),
    ],
)
def test_a_contradiction_names_its_sources_and_the_number_is_shown(name, stated, named):
    found = check(name, **stated)
    assert all(text in found.text for text in named)
    assert verdict(**stated).verdict == "unknown"
    assert verdict(**stated).reason is None


def test_no_date_stands_in_a_sentence():
    texts = [check.text for check in verdict(patient_birth_date="19900102", study_date="20210703").checks]
    assert not any("1990" in text or "2021" in text for text in texts)


def test_a_project_may_take_raw_images():
    assert verdict(sop_class_uid=RAW, for_processing=True).verdict == "pass"


def test_what_is_not_stated_is_told_also_where_it_is_allowed():
    found = verdict(body_part="")
    assert found.verdict == "pass"
    assert {one.name: one.state for one in found.checks if one.state == "not_stated"} == {
        "body_part": "not_stated",
        "orientation": "not_stated",
    }


def test_a_refusal_outweighs_what_is_unknown():
    assert verdict(view="LL", age="").verdict == "refused"


@pytest.mark.parametrize(("age", "passed"), [("018Y", True), ("090Y", True), ("017Y", False), ("091Y", False)])
def test_the_age_bounds_belong_to_the_range(age, passed):
    assert check("age_years", age=age).passed is passed


def test_small_letters_and_spaces_do_not_matter():
    assert check("view", view=" pa ").passed is True


def test_frontal_is_open_for_a_model_that_reads_one_of_the_two():
    narrow = dataclasses.replace(RULES, views=("PA",))
    frontal = {"view": "", "view_codes": (Code("399033003", "SCT"),)}
    assert verdict(rules=narrow, **frontal).verdict == "unknown"
    assert verdict(rules=dataclasses.replace(RULES, views=("FRONTAL",))).verdict == "pass"
    assert verdict(rules=dataclasses.replace(RULES, views=("LATERAL",)), view="LL").verdict == "pass"


def test_a_manifest_may_name_a_term_outside_the_table():
    assert verdict(rules=dataclasses.replace(RULES, body_parts=("BRUST",)), body_part="brust").verdict == "pass"
    assert verdict(rules=dataclasses.replace(RULES, body_parts=("BRUST",)), body_part="brust x7").verdict == "unknown"


def test_each_check_carries_value_and_allowed():
    document = check_likeness(RULES, FAR).document()
    assert document["value"] == 4.0
    assert document["allowed"] == 2.0
    assert document["passed"] is False
    assert verdict().document()["checks"][2] == {
        "name": "view",
        "value": "PA",
        "allowed": ["PA", "AP"],
        "passed": True,
        "text": "The view PA is among those allowed.",
        "state": "stated",
    }


def test_the_distance_uses_the_precision():
    precision = np.array([[2.0, 1.0], [1.0, 2.0]])  # (1, 1) P (1, 1)' = 6
    assert mahalanobis(np.array([1.0, 1.0]), np.zeros(2), precision) == pytest.approx(6**0.5)


def test_the_limit_itself_passes():
    assert check_likeness(RULES, np.array([2.0, 2.0])).passed is True  # distance 2 * 1 = 2
