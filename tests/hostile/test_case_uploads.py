"""Every DICOM file made after a public report (shared/cases/dicom) through the upload API to its picture, facts and page."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from django.test import Client

from inference.bundle import Bundle
from inference.gate import GateQuestion, judge
from inference.manifest import GateRules
from tests.conftest import REPOSITORY, shared_data_folder
from webapp.archive.exam import exam_of
from webapp.archive.models import Image

FOLDER = shared_data_folder().parent / "cases" / "dicom"


@dataclass(frozen=True)
class Right:
    """What is right for a file. warnings: of the image beside `no_spacing` and `no_window`. first: of the first picture.
    is_hashed: expected.json holds the hash of the first picture that is right. refused_by: the check of the gate."""

    warnings: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    opens: str = "As acquired"
    is_hashed: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    refused_by: str | None = None
    name: str = ""
    status: str = "accepted"


FILES = {
    "c03-jls-near-signed12": Right(),
    "c04-jls-zero-before-eoi": Right(("zero_before_end_marker",), is_hashed=True),
    "c06-j2k-stored16-stream12": Right(("precision_below_bits_stored",), is_hashed=True),
    "c07-j2k-8pad": Right(("padded_stream",), is_hashed=True),
    "g34-excess-padding": Right(("excess_pixel_bytes",), is_hashed=True),
    "g08-voilut-bits16-data12": Right(first=("voi_range_unused",), opens="Auto"),
    "d22-window-outside": Right(first=("voi_outside_image",), opens="Auto"),
    "g05-mono1-linod": Right(("unknown_presentation_lut_shape",), is_hashed=True),
    "g22-sigmoid-lower": Right(is_hashed=True),
    "m02-infant-birthdate-only": Right(facts={"age": 32 / 365.25}, refused_by="age_years"),
    "m04-lateral-viewcode-only": Right(("side_not_stated",), facts={"view": "LL"}, refused_by="view"),
    "m06-hand-anatomic-only": Right(facts={"body_part": "HAND"}, refused_by="body_part"),
    "m07-for-processing": Right(("for_processing",), refused_by="presentation_intent"),
    "m08-orientation-flipped": Right(facts={"orientation": "R\\F"}),
    "m11-bodypart-chest-pa": Right(facts={"body_part": "CHEST"}),
    "m25-pixel-near-imager": Right(),
    "n06-gb2312-iso58": Right(name="Zhang^XiaoDong=张^小东"),
    "n03-ir13-typo2020": Right(("misspelt_character_set",), name="Yamada^Tarou=山田^太郎=やまだ^たろう"),
    "s02-vr-two-spaces": Right(("blank_vr",), status="repaired"),
    "s06-says-explicit-is-implicit": Right(("implicit_data_set",), status="repaired"),
    "d23-overlay-6000": Right(("overlay_not_shown",)),
}
EVERYDAY = {"no_spacing", "no_window"}


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    path = FOLDER / "expected.json"
    if not path.exists():
        pytest.skip(f"the case files {FOLDER} are missing")
    return {row["file"].removesuffix(".dcm"): row for row in json.loads(path.read_text(encoding="utf-8"))}


@pytest.fixture(scope="module")
def rules() -> GateRules:
    return Bundle.load(next((REPOSITORY / "webapp" / "demo").glob("*.bundle"))).contents.gate


def test_every_file_has_its_row(expected: dict[str, Any]) -> None:
    assert {name for name in expected if not name.endswith(".zip")} == {*FILES, "u03-dots"}


def test_a_uid_of_dots_is_refused(expected: dict[str, Any], send: Callable[..., Any]) -> None:
    [item] = send({"u03.dcm": (FOLDER / "u03-dots.dcm").read_bytes()}).json()["items"]
    assert (item["status"], item["reason"]["code"], item["image"]) == ("quarantined", "bad_uid", None)


@pytest.mark.parametrize("name", FILES)
def test_the_file_is_taken_and_shown_as_is_right(
    name: str, expected: dict[str, Any], rules: GateRules, send: Callable[..., Any]
) -> None:
    right = FILES[name]
    [item] = send({"a.dcm": (FOLDER / f"{name}.dcm").read_bytes()}).json()["items"]
    assert item["status"] == right.status
    client, image = send.client, Image.objects.get(pk=item["image"])
    detail = client.get(f"/api/images/{image.pk}/").json()
    assert tuple(one for one in detail["warnings"] if one not in EVERYDAY) == right.warnings
    assert {fact: detail["exam"][fact]["value"] for fact in right.facts} == pytest.approx(right.facts)
    assert not right.name or detail["patient"]["name"] == right.name
    check_picture(right, expected[name], client, image)
    check_page(right, client, image)
    answer = judge(rules, GateQuestion(exam_of(image), image.modality), rules.mean)
    refused = [check.name for check in answer.checks if check.passed is False]
    assert refused == ([right.refused_by] if right.refused_by else [])


def check_picture(right: Right, row: dict[str, Any], client: Client, image: Image) -> None:
    header = client.get(f"/api/images/{image.pk}/header/").json()
    first = header["presets"][header["opening"]]
    assert first["name"] == right.opens
    assert set(right.first) <= set(header["quality"]["warnings"])
    frame = client.get(f"/api/images/{image.pk}/frame/?voi={first['frame']}")
    samples = np.frombuffer(frame.content, "<u2").reshape(header["rows"], header["columns"])
    levels = np.clip((np.arange(65536) - first["lower"]) / (first["upper"] - first["lower"]), 0, 1)
    shown = np.rint(levels * 255).astype(np.uint8)[samples]
    assert 0.02 < np.mean(shown) / 255 < 0.98, "the first picture is neither black nor white"
    if right.is_hashed:
        assert hashlib.sha256(shown.tobytes()).hexdigest() == row["right_picture_8bit_sha256"]


def check_page(right: Right, client: Client, image: Image) -> None:
    listed = client.get("/?state=all").content.decode()
    for warning in right.warnings:
        assert f">{warning.replace('_', ' ')}</span>" in listed
    page = client.get(f"/images/{image.pk}/")
    assert page.status_code == 200
