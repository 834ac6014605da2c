"""ChestX-ray14 as paper tasks: single-label subset, fourteen labels, boxes per class, the stand-in at 320 px."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from training.data.chestxray14_samples import FOURTEEN, PAPER_003
from training.data.records import Box, DataError
from training.data.registry import DataSettings, read_samples

HEADER = (
    "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,"
    "OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y]\n"
)
LABELS = ("Atelectasis", "Effusion", "Infiltration", "No Finding", "Effusion|Mass", "Effusion|Infiltration", "Hernia")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Seven images of seven people, labelled as LABELS; boxes on the second and the fifth."""
    (tmp_path / "images").mkdir()
    rows = ""
    for number, labels in enumerate(LABELS, 1):
        name = f"{number:08d}_000.png"
        (tmp_path / "images" / name).write_bytes(b"")
        rows += f"{name},{labels},0,{number},50,F,PA,2500,2048,0.1,0.1\n"
    (tmp_path / "Data_Entry_2017.csv").write_text(HEADER + rows)
    (tmp_path / "BBox_List_2017.csv").write_text(
        "Image Index,Finding Label,Bbox [x,y,w,h],,,\n00000002_000.png,Effusion,1,2,3,4,,,\n"
        "00000003_000.png,Infiltrate,5,6,7,8,,,\n00000005_000.png,Mass,1,1,2,2,,,\n"
    )
    return tmp_path


def _read(folder: Path, **settings: object):  # type: ignore[no-untyped-def]
    return read_samples(DataSettings("chestxray14", **settings), folder)  # type: ignore[arg-type]


def test_the_single_label_set_has_the_images_with_one_of_the_four_labels(folder: Path) -> None:
    samples = _read(folder, task="single")
    assert samples.classes == PAPER_003
    assert [sample.labels.index(1.0) for sample in samples.samples] == [0, 1, 2, 3]
    assert samples.samples[2].boxes == (Box("Infiltration", 5, 6, 7, 8),)


def test_one_of_classes_also_takes_images_with_labels_that_are_no_class(folder: Path) -> None:
    # Effusion|Mass is an Effusion then; Effusion|Infiltration has two classes and stays out.
    samples = _read(folder, task="single", labels="one-of-classes")
    assert [sample.labels.index(1.0) for sample in samples.samples] == [0, 1, 2, 3, 1]


def test_the_multi_label_set_has_fourteen_labels_and_no_row_for_no_finding(folder: Path) -> None:
    samples = _read(folder)
    assert samples.classes == FOURTEEN
    assert len(FOURTEEN) == 14
    assert [sum(sample.labels) for sample in samples.samples] == [1, 1, 1, 0, 2, 2, 1]
    assert [box.key for sample in samples.samples for box in sample.boxes] == ["Effusion", "Infiltration", "Mass"]


def test_paper_000_may_say_pleural_effusion(folder: Path) -> None:
    samples = _read(folder, classes=("Pleural Effusion",))
    assert [sample.labels[0] for sample in samples.samples] == [0, 1, 0, 0, 1, 1, 0]
    assert samples.samples[1].boxes[0].key == "Pleural Effusion"


def test_published_lists_become_official_splits(folder: Path) -> None:
    (folder / "test_list.txt").write_text("00000001_000.png\n")
    (folder / "train_val_list.txt").write_text("00000002_000.png\n")
    assert [sample.official_split for sample in _read(folder).samples[:3]] == ["test", "train_val", ""]


def test_ages_of_older_tables_are_read_and_typing_errors_are_unknown(folder: Path) -> None:
    table = folder / "Data_Entry_2017.csv"
    table.write_text(table.read_text().replace(",1,50,", ",1,058Y,").replace(",2,50,", ",2,414,"))
    assert [sample.age_years for sample in _read(folder).samples[:3]] == [58.0, None, 50.0]


def test_images_of_several_archives_are_found(folder: Path) -> None:
    (folder / "images_012" / "images").mkdir(parents=True)
    (folder / "images" / "00000007_000.png").rename(folder / "images_012" / "images" / "00000007_000.png")
    assert len(_read(folder)) == 7


def test_the_table_alone_can_be_read_without_images(folder: Path) -> None:
    for path in (folder / "images").iterdir():
        path.unlink()
    samples = read_samples(DataSettings("chestxray14"), folder, check_files=False)
    assert len(samples) == 7
    with pytest.raises(DataError, match="none of its images lies in images/"):
        _read(folder)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"classes": ("Pneumonitis",)}, "class 'Pneumonitis' is not one of Atelectasis"),
        (
            {"classes": ("Effusion", "Fibrosis"), "task": "single"},
            "class 'Fibrosis' has no image; every class needs one",
        ),
        ({"classes": ("Effusion", "Effusion")}, "name a class twice"),
        ({"views": "AP"}, "no image is left"),
        ({"views": "LL"}, "data views 'LL' is not one of 'frontal', 'all', 'PA', 'AP'"),
        ({"task": "binary"}, "data task 'binary' is not one of '', 'multilabel', 'single'"),
        ({"labels": "any"}, "data labels 'any' is not one of"),
        ({"masks_fraction": 1.5}, "data masks_fraction 1.5 is outside 0..1"),
    ],
)
def test_settings_that_do_not_suit_are_refused(folder: Path, settings: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        _read(folder, **settings)


@pytest.mark.parametrize(
    ("table", "old", "new", "message"),
    [
        ("BBox_List_2017.csv", ",1,2,3,4", ",1,2,3,2000", "BBox_List_2017.csv row 2: box 1,2,3,2000 leaves the image"),
        ("BBox_List_2017.csv", "Infiltrate", "Smudge", "row 3: box label 'Smudge' is not one of Atelectasis"),
        ("BBox_List_2017.csv", ",1,2,3,4,,,", ",1", "row 2: 3 cells; allowed are at least 6"),
        ("Data_Entry_2017.csv", "Hernia", "Hernias", "Data_Entry_2017.csv row 8: label 'Hernias' is not one of"),
        ("Data_Entry_2017.csv", "00000007_000", "00000006_000", "image '00000006_000' is listed twice"),
        ("Data_Entry_2017.csv", "View Position", "View", "row 1: column 'View Position' is missing"),
        ("Data_Entry_2017.csv", "No Finding", "No Finding|Hernia", "row 5: 'No Finding|Hernia' says No Finding and"),
        ("Data_Entry_2017.csv", ",PA,", ",LL,", "row 2: view 'LL' is not one of PA, AP"),
        ("BBox_List_2017.csv", ",1,2,3,4", ",ten,2,3,4", "row 2: box 'ten' is not a number"),
        ("BBox_List_2017.csv", ",1,2,3,4", ",1,2,0,4", "row 2: box 1,2,0,4 is empty"),
    ],
)
def test_bad_cells_are_named(folder: Path, table: str, old: str, new: str, message: str) -> None:
    path = folder / table
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        _read(folder)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_box_of_the_small_copy_without_its_finding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.jpg").write_bytes(b"")
    (tmp_path / "labels.csv").write_text(
        'nih_image,nih_labels,patient,view,nih_bbox_xywh_1024\na.png,No Finding,1,PA,"1,2,3,4"\n'
    )
    with pytest.raises(DataError, match="row 2: nih_bbox_xywh_1024 '1,2,3,4' is not Finding:x,y,w,h"):
        read_samples(DataSettings("chestxray14_320"), tmp_path)


def test_the_small_copy_stands_in_for_003_and_000(shared_data) -> None:  # type: ignore[no-untyped-def]
    folder = shared_data("chestxray14_320").parent
    plain = read_samples(DataSettings("chestxray14_320"), folder)
    assert Counter(sample.labels.index(1.0) for sample in plain.samples) == {0: 354, 1: 319}
    assert len({sample.patient for sample in plain.samples}) == 428
    assert sum(len(sample.boxes) for sample in plain.samples) == 28
    four = read_samples(DataSettings("chestxray14_320", task="single", classes=PAPER_003), folder)
    assert len(four) == 514
    five = ("Atelectasis", "Cardiomegaly", "Consolidation", "Edema", "Pleural Effusion")
    wide = read_samples(DataSettings("chestxray14_320", task="multilabel", classes=five), folder)
    assert [int(sum(sample.labels[k] for sample in wide.samples)) for k in range(5)] == [81, 11, 26, 67, 55]


def test_the_nih_sample_has_its_published_counts(shared_data) -> None:  # type: ignore[no-untyped-def]
    samples = read_samples(DataSettings("chestxray14"), shared_data("chestxray14"))
    assert (len(samples), len({sample.patient for sample in samples.samples})) == (150, 139)
    assert [box.key for sample in samples.samples for box in sample.boxes] == ["Pneumonia"] * 28
