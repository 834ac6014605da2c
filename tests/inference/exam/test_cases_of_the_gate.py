"""Files whose header says in one place alone, or in two ways, what the model must not be asked about."""

from pathlib import Path

import pytest

from inference.bundle import Bundle
from inference.dicom import preparse
from inference.exam import read_exam
from inference.gate import GateQuestion, judge

DEMO = next((Path(__file__).parents[3] / "webapp" / "demo").glob("*.bundle"))


@pytest.fixture(scope="module")
def rules():
    return Bundle.load(DEMO).contents.gate


@pytest.mark.parametrize(
    ("file", "verdict", "check", "words"),
    [
        ("m02-infant-birthdate-only", "refused", "age_years", "1 month old by birth and study date"),
        ("m04-lateral-viewcode-only", "refused", "view", "View Code Sequence says R-10236 (SRT, “left lateral”)"),
        ("m06-hand-anatomic-only", "refused", "body_part", "Anatomic Region Sequence says 85562004 (SCT, “Hand”)"),
        ("m07-for-processing", "refused", "presentation_intent", "Presentation Intent Type says FOR PROCESSING"),
        (
            "m08-orientation-flipped",
            "pass",
            "orientation",
            "Patient Orientation says R\\F; the model was shown the image turned to L\\F.",
        ),
        ("m11-bodypart-chest-pa", "pass", "body_part", "The body part CHEST is among those allowed."),
    ],
)
def test_the_gate_on_each_case(shared_data, rules, file, verdict, check, words):
    header = preparse(shared_data("../cases/dicom") / f"{file}.dcm")
    answer = judge(rules, GateQuestion(read_exam(header.exam), header.modality), rules.mean)
    assert answer.verdict == verdict
    assert words in next(one.text for one in answer.checks if one.name == check)
