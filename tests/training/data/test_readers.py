"""Readers on tiny folders written here, and on the real samples when they are present."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.data.chestxray14 import read_chestxray14
from training.data.chestxray14_320 import read_chestxray14_320
from training.data.nih_labels import finding_labels, parse_labels
from training.data.pixels import load_gray, load_picture
from training.data.records import Box, DataError, checked_box
from training.data.rsna import read_rsna

ENTRY_HEADER = (
    "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
    "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]\n"
)
BOX_HEADER = "Image Index,Finding Label,Bbox [x,y,w,h],Unnamed: 6,Unnamed: 7,Unnamed: 8\n"


@pytest.fixture
def nih(tmp_path: Path) -> Path:
    """Two images in two archives, one box."""
    for folder, name in (("images_001", "00000001_000.png"), ("images_012", "00000002_001.png")):
        (tmp_path / folder / "images").mkdir(parents=True)
        Image.new("L", (8, 8), 51).save(tmp_path / folder / "images" / name)
    (tmp_path / "Data_Entry_2017.csv").write_text(
        ENTRY_HEADER
        + "00000001_000.png,No Finding,0,1,058Y,F,PA,2500,2048,0.17,0.17\n"
        + "00000002_001.png,Effusion|Infiltration,1,2,414,M,AP,2500,2048,0.17,0.17\n"
        + "00000003_000.png,Hernia,0,3,60,M,AP,2500,2048,0.17,0.17\n"
    )
    (tmp_path / "BBox_List_2017.csv").write_text(
        BOX_HEADER + "00000002_001.png,Infiltrate,10.5,20,30,40,,,\n00000002_001.png,Mass,1,2,3,4,,,\n"
    )
    return tmp_path


def test_chestxray14_reads_labels_boxes_and_people(nih: Path) -> None:
    first, second = read_chestxray14(nih)
    assert (first.patient, first.view, first.age_years, first.sex) == ("nih-1", "PA", 58.0, "F")
    assert first.labels == {"lung_opacity": 0, "pleural_effusion": 0, "cardiomegaly": 0}
    assert second.labels == {"lung_opacity": 1, "pleural_effusion": 1, "cardiomegaly": 0}
    assert second.boxes == [Box("lung_opacity", 10.5, 20, 30, 40)]  # the Mass box is of no finding of ours
    assert second.age_years is None  # 414 years is a typing error of the source


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


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        (
            "Data_Entry_2017.csv",
            "View Position",
            "View",
            "Data_Entry_2017.csv row 1: column 'View Position' is missing",
        ),
        ("Data_Entry_2017.csv", "No Finding", "Pneumonitis", "row 2: label 'Pneumonitis' is not one of Atelectasis"),
        ("Data_Entry_2017.csv", "No Finding", "No Finding|Hernia", "row 2: 'No Finding|Hernia' says No Finding and"),
        (
            "Data_Entry_2017.csv",
            ",AP,2500,2048,0.17,0.17\n0",
            ",LL,2500,2048,0.17,0.17\n0",
            "row 3: view 'LL' is not one of PA, AP",
        ),
        ("Data_Entry_2017.csv", "00000003_000", "00000002_001", "row 4: image '00000002_001.png' is listed twice"),
        (
            "BBox_List_2017.csv",
            "10.5,20,30,40",
            "1000,20,30,40",
            "BBox_List_2017.csv row 2: box 1000,20,30,40 leaves the image",
        ),
        ("BBox_List_2017.csv", "10.5,20,30,40", "ten,20,30,40", "row 2: box 'ten' is not a number"),
        ("BBox_List_2017.csv", "10.5,20,30,40", "1,20,0,40", "row 2: box 1,20,0,40 is empty"),
    ],
)
def test_chestxray14_names_file_row_and_value(nih: Path, table: str, old: str, new: str, message: str) -> None:
    path = nih / table
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        read_chestxray14(nih)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_chestxray14_without_its_images_is_an_error(nih: Path) -> None:
    for png in nih.glob("images_*/images/*.png"):
        png.unlink()
    with pytest.raises(DataError, match="none of its 3 images"):
        read_chestxray14(nih)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"labels\.csv: cannot be read"):
        read_chestxray14_320(tmp_path)


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


def test_rsna_gathers_two_boxes_of_one_image_and_drops_the_third_class(tmp_path: Path) -> None:
    records = read_rsna(_rsna(tmp_path, RSNA_LABELS, RSNA_CLASSES))
    assert [record.image_id for record in records] == ["a", "b"]
    assert [box[1:] for box in records[0].boxes] == [(1, 2, 3, 4), (5, 6, 7, 8)]
    assert records[1].labels == {"lung_opacity": 0, "pleural_effusion": None, "cardiomegaly": None}


def test_rsna_keeps_the_third_class_as_negative_on_request(tmp_path: Path) -> None:
    records = read_rsna(_rsna(tmp_path, RSNA_LABELS, RSNA_CLASSES), keep_third_class=True)
    assert [record.labels["lung_opacity"] for record in records] == [1, 0, 0]


def test_rsna_joins_the_real_patients(tmp_path: Path) -> None:
    join = tmp_path / "labels.csv"
    join.write_text("rsna_patientId,patient\na,7\nb,7\n,8\n")
    records = read_rsna(_rsna(tmp_path, RSNA_LABELS, RSNA_CLASSES), patients=join)
    assert {record.patient for record in records} == {"nih-7"}


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
        read_rsna(_rsna(tmp_path, labels, classes))
    assert message in str(caught.value)


def test_the_320_px_sample_has_its_published_counts(shared_data) -> None:  # type: ignore[no-untyped-def]
    folder = shared_data("chestxray14_320")
    records = read_chestxray14_320(folder)
    assert len(records) == 673
    assert len({record.patient for record in records}) == 428
    assert sum(record.view == "AP" for record in records) == 395
    assert sum(len(record.boxes) for record in records) == 28
    assert sum(record.labels["lung_opacity"] == 1 for record in records) == 319
    assert sum(bool(record.boxes) for record in read_chestxray14_320(folder, use_rsna_boxes=True)) > 81
    assert load_gray(records[0]).shape == (320, 320)


def test_the_nih_sample_has_its_published_counts(shared_data) -> None:  # type: ignore[no-untyped-def]
    records = read_chestxray14(shared_data("chestxray14"))
    assert (len(records), len({record.patient for record in records})) == (150, 139)
    assert sum(len(record.boxes) for record in records) == 28


def test_the_rsna_sample_has_its_published_counts(shared_data) -> None:  # type: ignore[no-untyped-def]
    join = shared_data("chestxray14_320") / "labels.csv"
    records = read_rsna(shared_data("rsna"), keep_third_class=True, patients=join)
    assert (len(records), len({record.patient for record in records})) == (208, 165)
    assert sum(len(record.boxes) for record in records) == 131
    gray = load_gray(records[0])
    assert gray.shape == (1024, 1024)
    assert 0 <= float(gray.min()) < float(gray.max()) <= 1
