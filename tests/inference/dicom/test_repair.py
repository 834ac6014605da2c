"""The stored copy of a file: preamble zeroed, File Meta told the truth, data set untouched."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest

from inference.dicom import preparse, write_repaired
from tests.inference.dicom.made_files import MadeImage, uid

WRONG_UIDS = {0x00020002: ("UI", uid("1.9.99")), 0x00020003: ("UI", uid("1.8"))}


@pytest.mark.parametrize(
    "made",
    [
        MadeImage(preamble=b"#!/bin/sh".ljust(128, b"\n")),
        MadeImage(meta=WRONG_UIDS),
        MadeImage(meta={0x00020002: None, 0x00020003: None}),
        MadeImage(preamble=b"MZ".ljust(128, b"\1"), meta=WRONG_UIDS),
    ],
    ids=["preamble", "uids", "uids missing", "both"],
)
def test_a_repaired_file_needs_no_repair_and_keeps_its_data_set(made: MadeImage, tmp_path: Path) -> None:
    source, target = made.write(tmp_path), tmp_path / "stored.dcm"
    header = preparse(source)
    write_repaired(source, target, header)
    assert preparse(target) == replace(header, repairs=())
    stored = target.read_bytes()
    assert stored[:128] == bytes(128)
    assert stored.endswith(made.dataset())


def test_another_reader_finds_the_repaired_meta(tmp_path: Path) -> None:
    source, target = MadeImage(meta=WRONG_UIDS).write(tmp_path), tmp_path / "stored.dcm"
    write_repaired(source, target, preparse(source))
    dataset = pydicom.dcmread(target)
    assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID
    assert dataset.file_meta.MediaStorageSOPClassUID == dataset.SOPClassUID
    assert np.array_equal(dataset.pixel_array, MadeImage().pixels)
