"""Files made after public bug reports (shared/cases/dicom/expected.json): stored values and picture, one test per file."""

import json
from typing import Any

import pytest

from inference.dicom import ChildPool, display_frame
from tests.conftest import shared_data_folder

FOLDER = shared_data_folder().parent / "cases" / "dicom"


def case(file: str) -> dict[str, Any]:
    """The row of one file, or a skip with the path that is missing."""
    expected = FOLDER / "expected.json"
    if not expected.exists():
        pytest.skip(f"the case files {FOLDER} are missing")
    rows: list[dict[str, Any]] = json.loads(expected.read_text(encoding="utf-8"))
    return next(row for row in rows if row["file"] == file)


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
