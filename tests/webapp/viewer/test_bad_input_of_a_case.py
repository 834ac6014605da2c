"""Files that contradict themselves or hide a part of the picture, through the upload door to the API and the pages."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from inference.bundle import Bundle
from inference.gate import GateQuestion, judge
from inference.manifest import GateRules
from tests.conftest import REPOSITORY
from tests.webapp.archive.conftest import send  # noqa: F401 - a fixture is found by name
from tests.webapp.archive.dicom_files import as_bytes, chest_dataset, chest_dicom, chest_pixels
from webapp.archive.exam import exam_of
from webapp.archive.models import Image

pytestmark = pytest.mark.django_db
SIDE = "side_not_stated"


def coded(value: str, scheme: str, meaning: str) -> Sequence:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return Sequence([item])


Elements = dict[int, tuple[str, Any]]


def overlay(rows: int, columns: int, allocated: int = 1, position: int = 0) -> Elements:
    """Attributes of plane 1 (PS3.3 C.9.2), which have no keyword of their own; its bits are not among them."""
    return {
        0x60000010: ("US", rows),
        0x60000011: ("US", columns),
        0x60000040: ("CS", "G"),
        0x60000050: ("SS", [1, 1]),
        0x60000100: ("US", allocated),
        0x60000102: ("US", position),
    }


@dataclass(frozen=True)
class Bad:
    """elements: by tag. says: state of a fact by its name. check: that of the gate which it makes unknown; none by default."""

    attributes: dict[str, Any] = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    elements: Elements = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    says: dict[str, str] = field(default_factory=dict)
    check: str | None = None


SHUTTER = {"ShutterLeftVerticalEdge": 1, "ShutterRightVerticalEdge": 2, "ShutterUpperHorizontalEdge": 1}
CASES = {
    "birth date and age contradict": Bad(
        {"PatientAge": "049Y", "PatientBirthDate": "19900101"},
        warnings=("age_unclear",),
        says={"age": "contradiction"},
        check="age_years",
    ),
    "no study date": Bad({"StudyDate": ""}, says={"age": "stated"}),
    "neither study date nor age": Bad(
        {"StudyDate": ""}, ("PatientAge",), says={"age": "not_stated"}, check="age_years"
    ),
    "a study in the future": Bad(
        {"StudyDate": "20991231"}, warnings=("age_unclear",), says={"age": "unknown_term"}, check="age_years"
    ),
    "a lateral orientation of a frontal film": Bad(
        {"PatientOrientation": ["A", "F"]},
        warnings=(SIDE,),
        says={"orientation": "contradiction"},
        check="orientation",
    ),
    "half an orientation": Bad(
        {"PatientOrientation": "R"}, warnings=(SIDE,), says={"orientation": "unknown_term"}, check="orientation"
    ),
    "an orientation of three": Bad(
        {"PatientOrientation": ["L", "F", "X"]},
        warnings=(SIDE,),
        says={"orientation": "unknown_term"},
        check="orientation",
    ),
    "a view of a private code": Bad(
        {"ViewCodeSequence": coded("V7", "99VENDOR", "postero-anterior")},
        warnings=("view_unclear",),
        says={"view": "unknown_term"},
        check="view",
    ),
    "a shutter that hides everything": Bad(
        {"ShutterShape": "RECTANGULAR", **SHUTTER, "ShutterLowerHorizontalEdge": 2},
        warnings=("shutter_not_shown",),
    ),
    "a round shutter of no radius": Bad(
        {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [900, 900], "RadiusOfCircularShutter": 0},
        warnings=("shutter_not_shown",),
    ),
    "an overlay larger than the image": Bad(
        elements={**overlay(4000, 4000), 0x60003000: ("OW", b"\xff" * 2_000_000)}, warnings=("overlay_not_shown",)
    ),
    "an overlay in the bits above those stored": Bad(
        {"PixelData": (chest_pixels() | 0x5000).astype("<u2").tobytes()},
        elements=overlay(96, 80, allocated=16, position=12),
        warnings=("overlay_not_shown",),
    ),
}


@pytest.fixture(scope="module")
def rules() -> GateRules:
    return Bundle.load(next((REPOSITORY / "webapp" / "demo").glob("*.bundle"))).contents.gate


@pytest.fixture(params=CASES.values(), ids=CASES)
def bad(request: pytest.FixtureRequest) -> Bad:
    found: Bad = request.param
    return found


@pytest.fixture
def taken(bad: Bad, send: Callable[..., Any]) -> tuple[Client, Image]:  # noqa: F811 - the fixture imported above
    dataset = chest_dataset(drop=bad.drop, **bad.attributes)
    for tag, (vr, value) in bad.elements.items():
        dataset.add_new(tag, vr, value)
    [item] = send({"a.dcm": as_bytes(dataset)}).json()["items"]
    assert item["status"] == "accepted", item
    return send.client, Image.objects.get(pk=item["image"])


def test_it_is_named_in_the_api_and_on_the_pages(bad: Bad, taken: tuple[Client, Image]) -> None:
    client, image = taken
    detail = client.get(f"/api/images/{image.pk}/").json()
    assert tuple(detail["warnings"]) == bad.warnings
    assert {name: detail["exam"][name]["state"] for name in bad.says} == bad.says
    assert set(bad.warnings) <= set(client.get(f"/api/images/{image.pk}/header/").json()["quality"]["warnings"])
    listed = client.get("/?state=all").content.decode()
    page = client.get(f"/images/{image.pk}/").content.decode()
    for warning in bad.warnings:
        assert f'title="import warning">{warning.replace("_", " ")}</span>' in listed
        assert f'"{warning}"' in page


def test_the_picture_is_whole_and_as_it_was_stored(bad: Bad, taken: tuple[Client, Image]) -> None:
    client, image = taken
    frame = np.frombuffer(client.get(f"/api/images/{image.pk}/frame/").content, "<u2").reshape(96, 80)
    plain = send_plain(client)
    assert np.array_equal(frame, plain)


def test_the_gate_makes_of_it_what_it_can(bad: Bad, taken: tuple[Client, Image], rules: GateRules) -> None:
    _, image = taken
    answer = judge(rules, GateQuestion(exam_of(image), image.modality), rules.mean)
    unknown = [check.name for check in answer.checks if check.passed is None]
    assert unknown == ([bad.check] if bad.check else [])
    assert answer.verdict == ("unknown" if bad.check else "pass")


def send_plain(client: Client) -> np.ndarray:
    """The frame of the same film without anything bad about it."""
    files = {"files": [SimpleUploadedFile("plain.dcm", chest_dicom())]}
    plain = client.post("/api/uploads/", files).json()["items"][0]["image"]
    return np.frombuffer(client.get(f"/api/images/{plain}/frame/").content, "<u2").reshape(96, 80)
