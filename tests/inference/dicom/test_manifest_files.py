"""Real files (shared test data, dicom/MANIFEST.tsv): outcome of ingest and decoded pixels, one test per file."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from inference.dicom import Accept, ChildPool, DicomRefusal, preparse
from inference.dicom.tolerances import TOLERANCES
from tests.conftest import shared_data_folder
from tests.inference.dicom.tolerated_files import TOLERATED, outcome_of


def _rows() -> list[dict[str, str]]:
    manifest = shared_data_folder("dicom") / "MANIFEST.tsv"
    if not manifest.exists():
        return []
    with manifest.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


ROWS = _rows()
ACCEPTED = [row for row in ROWS if outcome_of(row, "ingest_any_class") == "accept"]


def _outcome(path: Path, accept: Accept) -> str:
    try:
        preparse(path, accept)
    except DicomRefusal as refusal:
        return refusal.code
    return "accept"


def test_the_manifest_is_there(shared_data: Callable[[str], Path]) -> None:
    assert (shared_data("dicom") / "MANIFEST.tsv").exists()
    assert len(ROWS) > 50


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["path"])
def test_each_file_gets_its_outcome(row: dict[str, str]) -> None:
    path = shared_data_folder("dicom") / row["path"]
    assert _outcome(path, Accept()) == outcome_of(row, "ingest_default")
    assert _outcome(path, Accept.any_class()) == outcome_of(row, "ingest_any_class")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["path"])
def test_without_tolerances_each_file_gets_the_outcome_of_the_manifest(row: dict[str, str]) -> None:
    path = shared_data_folder("dicom") / row["path"]
    assert _outcome(path, Accept(tolerances=frozenset())) == row["ingest_default"]
    assert _outcome(path, Accept(None, None, frozenset())) == row["ingest_any_class"]


@pytest.mark.parametrize("row", ACCEPTED, ids=lambda row: row["path"])
def test_accepted_files_decode_to_the_known_pixels(row: dict[str, str], pool: ChildPool) -> None:
    path = shared_data_folder("dicom") / row["path"]
    header = pool.preparse(path, Accept.any_class())
    if row["path"] not in TOLERATED:  # of a refused file the manifest names no repair
        assert ",".join(header.repairs) == row["repairs"]
    pixels = pool.decode(path, header)
    names = [name for name in TOLERANCES if name in (*header.warnings, *pixels.tolerated)]
    assert names == ([TOLERATED[row["path"]]] if row["path"] in TOLERATED else [])
    assert pixels.values.dtype == row["pixel_dtype"]
    if row["lossy"] == "yes" and pixels.sha256 != row["pixel_sha256"]:
        # another build of a lossy decoder may differ by 1
        assert abs(int(pixels.values.min()) - int(row["pixel_min"])) <= 1
        assert abs(int(pixels.values.max()) - int(row["pixel_max"])) <= 1
    else:
        assert pixels.sha256 == row["pixel_sha256"]


def test_a_bare_data_set_wrapped_in_file_meta_is_read_and_inverted(
    shared_data: Callable[[str], Path], tmp_path: Path
) -> None:
    bare = (shared_data("dicom") / "chest" / "CR-MONO1-10-chest").read_bytes()
    meta = bytes.fromhex("0200100055491200") + b"1.2.840.10008.1.2\0"
    wrapped = tmp_path / "wrapped.dcm"
    wrapped.write_bytes(bytes(128) + b"DICM" + meta + bare)
    header = preparse(wrapped)
    assert (header.rows, header.columns, header.photometric) == (440, 440, "MONOCHROME1")
    assert header.windows[0].center == 550


def test_rsna_files_decode_to_8_bit_images_without_a_scale(shared_data: Callable[[str], Path], pool: ChildPool) -> None:
    path = min((shared_data("rsna") / "stage_2_train_images").glob("*.dcm"))
    header = pool.preparse(path)
    pixels = pool.decode(path, header)
    assert pixels.values.shape == (1024, 1024)
    assert pixels.values.dtype == np.uint8
    assert header.patient_age.isdigit()
