"""Readers on tiny folders written here, and on the real samples when they are present."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.data.chestxray14_samples import read_chestxray14_320_samples
from training.data.nih_labels import finding_labels, parse_labels
from training.data.pixels import load_dicom, load_picture
from training.data.records import Box, DataError, checked_box
from training.data.rsna_samples import read_rsna_samples
from training.data.settings import DataSettings


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("No Finding", (0, 0, 0)),
        ("Pneumonia", (1, 0, 0)),
        ("Atelectasis", (None, 0, 0)),
        ("Atelectasis|Consolidation", (1, 0, 0)),
        ("Effusion", (0, 1, 0)),
        ("Pleural_Thickening", (0, None, 0)),
        ("Effusion|Pleural_Thickening", (0, 1, 0)),
        ("Cardiomegaly|Nodule", (None, 0, 1)),
    ],
)
def test_nih_labels_become_findings(labels: str, expected: tuple[int | None, ...]) -> None:
    assert tuple(finding_labels(parse_labels(labels, "row")).values()) == expected


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"labels\.csv: cannot be read"):
        read_chestxray14_320_samples(DataSettings("chestxray14_320"), tmp_path)


def test_colour_pictures_become_luminance(tmp_path: Path) -> None:
    # Some NIH files are RGBA with alpha 255; alpha must not dim them. L of equal channels is the channel: 102 / 255 = .4
    Image.new("RGBA", (3, 2), (102, 102, 102, 0)).save(tmp_path / "a.png")
    gray = load_picture(tmp_path / "a.png")
    assert gray.dtype == np.float32
    np.testing.assert_allclose(gray, np.full((2, 3), 0.4), atol=1e-6)


def test_sixteen_bit_pictures_use_their_own_range(tmp_path: Path) -> None:
    Image.fromarray(np.array([[0, 65535]], dtype=np.uint16)).save(tmp_path / "a.png")
    np.testing.assert_allclose(load_picture(tmp_path / "a.png"), [[0, 1]])


def test_an_unreadable_picture_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    with pytest.raises(DataError, match=r"broken\.png: cannot be read as a picture"):
        load_picture(tmp_path / "broken.png")


def test_boxes_are_clipped_by_a_pixel_and_no_more() -> None:
    assert checked_box("k", [-0.5, 0, 10.5, 10], 10, 10, "row") == Box("k", 0, 0, 10, 10)
    with pytest.raises(DataError, match="leaves the image"):
        checked_box("k", [-2, 0, 5, 5], 10, 10, "row")


def _rsna(folder: Path, labels: str, classes: str) -> Path:
    (folder / "stage_2_train_images").mkdir()
    for name in "abc":
        (folder / "stage_2_train_images" / f"{name}.dcm").write_bytes(b"")
    (folder / "stage_2_train_labels.csv").write_text("patientId,x,y,width,height,Target\n" + labels)
    (folder / "stage_2_detailed_class_info.csv").write_text("patientId,class\n" + classes)
    return folder


RSNA_LABELS = "a,1,2,3,4,1\na,5,6,7,8,1\nb,,,,,0\nc,,,,,0\n"
RSNA_CLASSES = "a,Lung Opacity\na,Lung Opacity\nb,Normal\nc,No Lung Opacity / Not Normal\n"


@pytest.mark.parametrize(
    ("labels", "classes", "message"),
    [
        (RSNA_LABELS.replace("b,,,,,0", "b,,,,,1"), RSNA_CLASSES, "row 4: Target 1 contradicts class 'Normal'"),
        (RSNA_LABELS, RSNA_CLASSES.replace("b,Normal", "b,Fine"), "row 4: class 'Fine' is not one of Normal"),
        (
            RSNA_LABELS,
            RSNA_CLASSES + "b,Lung Opacity\n",
            "row 6: patientId 'b' is 'Lung Opacity' here and 'Normal' above",
        ),
        (RSNA_LABELS + "d,,,,,0\n", RSNA_CLASSES, "row 6: patientId 'd' has no row"),
    ],
)
def test_rsna_reports_contradictions(tmp_path: Path, labels: str, classes: str, message: str) -> None:
    with pytest.raises(DataError) as caught:
        read_rsna_samples(DataSettings("rsna"), _rsna(tmp_path, labels, classes))
    assert message in str(caught.value)


def test_a_real_dicom_file_becomes_gray(shared_data) -> None:  # type: ignore[no-untyped-def]
    path = min((shared_data("rsna") / "stage_2_train_images").glob("*.dcm"))
    gray = load_dicom(path, "stored-range")
    assert gray.shape == (1024, 1024)
    assert 0 <= float(gray.min()) < float(gray.max()) <= 1
