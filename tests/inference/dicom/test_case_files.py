"""Files made after public bug reports (shared/cases/dicom/expected.json): stored values and picture, one test per file."""

import hashlib
import json
from typing import Any

import pytest

from inference.dicom import ChildPool, DicomRefusal, display_frame, render_8bit
from inference.dicom.pixel_spacing import spacing
from tests.conftest import shared_data_folder

FOLDER = shared_data_folder().parent / "cases" / "dicom"


def case(file: str) -> dict[str, Any]:
    """The row of one file, or a skip with the path that is missing."""
    expected = FOLDER / "expected.json"
    if not expected.exists():
        pytest.skip(f"the case files {FOLDER} are missing")
    rows: list[dict[str, Any]] = json.loads(expected.read_text(encoding="utf-8"))
    return next(row for row in rows if row["file"] == file)


TOLERATED = {
    "c04-jls-zero-before-eoi.dcm": "zero_before_end_marker",
    "c06-j2k-stored16-stream12.dcm": "precision_below_bits_stored",
    "c07-j2k-8pad.dcm": "padded_stream",
    "g34-excess-padding.dcm": "excess_pixel_bytes",
    "s02-vr-two-spaces.dcm": "blank_vr",
    "s06-says-explicit-is-implicit.dcm": "implicit_data_set",
}


@pytest.mark.parametrize("file", TOLERATED)
def test_a_tolerated_file_carries_the_name_of_its_fault(file: str, pool: ChildPool) -> None:
    row = case(file)
    header = pool.preparse(FOLDER / file)
    pixels = pool.decode(FOLDER / file, header)
    assert (*header.warnings, *pixels.tolerated) == (TOLERATED[file],)
    assert row["stored_values_sha256_by_pydicom"] in (None, pixels.sha256)


# The picture hash of c03 is that of its source, not of the near-lossless stream.
@pytest.mark.parametrize("file", ["c03-jls-near-signed12.dcm"])
def test_stored_values_are_the_right_ones(file: str, pool: ChildPool) -> None:
    row = case(file)
    header = pool.preparse(FOLDER / file)
    assert pool.decode(FOLDER / file, header).sha256 == row["stored_values_sha256_by_pydicom"]


@pytest.mark.parametrize(
    ("file", "warning"),
    [("g08-voilut-bits16-data12.dcm", "voi_range_unused"), ("d22-window-outside.dcm", "voi_outside_image")],
)
def test_a_black_default_picture_is_named_and_auto_opens(file: str, warning: str, pool: ChildPool) -> None:
    row = case(file)
    header = pool.preparse(FOLDER / file)
    pixels = pool.decode(FOLDER / file, header)
    assert pixels.sha256 == row["stored_values_sha256_by_pydicom"]
    facts = display_frame(header, pixels).description
    assert warning in facts["quality"]["warnings"]
    assert facts["presets"][facts["opening"]]["name"] == "Auto"


@pytest.mark.parametrize("file", ["g22-sigmoid-lower.dcm", "g05-mono1-linod.dcm", *list(TOLERATED)[:4]])
def test_the_first_picture_is_the_right_one(file: str, pool: ChildPool) -> None:
    row = case(file)
    header = pool.preparse(FOLDER / file)
    pixels = pool.decode(FOLDER / file, header)
    frame = display_frame(header, pixels)
    first = frame.description["presets"][frame.description["opening"]]
    if first["frame"] != "linear":
        frame = display_frame(header, pixels, first["frame"])
    shown = render_8bit(frame, first["lower"], first["upper"])
    assert hashlib.sha256(shown.tobytes()).hexdigest() == row["right_picture_8bit_sha256"]


def test_a_spacing_of_other_digits_is_no_calibration(pool: ChildPool) -> None:
    file = "m25-pixel-near-imager.dcm"
    case(file)
    assert spacing(pool.preparse(FOLDER / file))["kind"] == "detector plane"


def test_an_overlay_is_named_and_the_pixels_stay(pool: ChildPool) -> None:
    file = "d23-overlay-6000.dcm"
    row = case(file)
    header = pool.preparse(FOLDER / file)
    assert "overlay_not_shown" in header.warnings
    assert pool.decode(FOLDER / file, header).sha256 == row["stored_values_sha256_by_pydicom"]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("n03-ir13-typo2020.dcm", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        ("n06-gb2312-iso58.dcm", "Zhang^XiaoDong=张^小东"),
    ],
)
def test_a_name_is_read(file: str, name: str, pool: ChildPool) -> None:
    case(file)
    assert pool.preparse(FOLDER / file).patient_name == name


def test_a_uid_of_dots_is_refused(pool: ChildPool) -> None:
    case("u03-dots.dcm")
    with pytest.raises(DicomRefusal) as caught:
        pool.preparse(FOLDER / "u03-dots.dcm")
    assert caught.value.code == "bad_uid"
