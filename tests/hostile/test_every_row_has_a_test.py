"""The table of hostile inputs against the tests: a row that nothing tests fails here, by its words.

A test of a row carries the row's number in its name (`test_07_…`, `test_11_12_…`); the refused files of
hostile_cases.py are tests as well. Each row must be met twice: by the pre-parse with its child, and by the upload API.
"""

import ast
import re
from pathlib import Path

import pytest

from tests.hostile.hostile_cases import CASES

FOLDER = Path(__file__).parent
ROWS = {
    1: "empty file; text; HTML named .dcm; no preamble",
    2: "`DICM` and nothing else",
    3: "Pixel Data cut at half",
    4: "VR of Rows changed to LO",
    5: "Rows = Columns = 65,535, 8 kB of data",
    6: "Rows = 0; Bits Allocated 1",
    7: "deflate bomb 1 MB -> 1 GiB",
    8: "encapsulated, no fragment",
    9: "encapsulated, delimiter missing, file cut",
    10: "encapsulated frame cut in half",
    11: "J2K SIZ 100,000 x 100,000",
    12: "J2K SIZ 1 x 1",
    13: "preamble with MZ, ELF, Mach-O, script, PDF, HTML, TIFF",
    14: "Specific Character Set ISO_IR 9999",
    15: "Patient Name with HTML and with a formula",
    16: "no Pixel Data; encapsulated PDF; media directory",
    17: "4 frames; colour",
    18: "signed 16-bit; dirty high bits",
    19: "no spacing, no window",
    20: "Window Width 0",
    21: "unknown transfer syntax",
    22: "length claim of 4 GB",
    23: "same UID, same bytes; same UID, other bytes",
    24: "zip 1 MB -> 1 GiB",
    25: "zip names that leave the folder",
    26: "zip with symlink; encrypted zip",
    27: "decoder child killed, aborting, sleeping",
    28: "fuzz",
}
# What no other level can meet: a duplicate needs an archive, a zip is not DICOM; random files go to the children alone.
ONLY_UPLOADED = {23, 24, 25, 26}
ONLY_PARSED = {28}
PARSED = ("test_hostile_files.py", "test_misbehaving_children.py")
UPLOADED = ("test_hostile_uploads.py", "test_hostile_text.py")


def numbered_tests(files: tuple[str, ...]) -> dict[int, list[str]]:
    """Row -> names of its tests, read from the source."""
    found: dict[int, list[str]] = {}
    for file in files:
        for node in ast.walk(ast.parse((FOLDER / file).read_text())):
            if isinstance(node, ast.FunctionDef) and (match := re.match(r"test_((?:\d\d_)+)", node.name)):
                for number in match[1].split("_")[:-1]:
                    found.setdefault(int(number), []).append(f"{file}::{node.name}")
    return found


def uploaded_tests() -> dict[int, list[str]]:
    found = numbered_tests(UPLOADED)
    for case in CASES:
        found.setdefault(case.row, []).append(f"hostile_cases.py::{case}")
    return found


@pytest.mark.parametrize("row", [row for row in ROWS if row not in ONLY_UPLOADED])
def test_the_row_is_tested_with_its_child(row: int) -> None:
    assert numbered_tests(PARSED).get(row), f"row {row} ({ROWS[row]}) has no test in {' or '.join(PARSED)}"


@pytest.mark.parametrize("row", [row for row in ROWS if row not in ONLY_PARSED])
def test_the_row_is_tested_through_the_upload_api(row: int) -> None:
    assert uploaded_tests().get(row), f"row {row} ({ROWS[row]}) has no test in {' or '.join(UPLOADED)}"


def test_no_test_names_a_row_that_does_not_exist() -> None:
    assert set(numbered_tests(PARSED)) | set(uploaded_tests()) <= set(ROWS)
