"""RSNA as papers 001 (one output) and 004 (two classes) take it."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.data.records import DataError
from training.data.registry import DataSettings, read_samples

LABELS = "patientId,x,y,width,height,Target\na,1,2,3,4,1\na,5,6,7,8,1\nb,,,,,0\nc,,,,,0\n"
CLASSES = "patientId,class\na,Lung Opacity\na,Lung Opacity\nb,Normal\nc,No Lung Opacity / Not Normal\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    own = tmp_path / "rsna"
    (own / "stage_2_train_images").mkdir(parents=True)
    for name in "abc":
        (own / "stage_2_train_images" / f"{name}.dcm").write_bytes(b"")
    (own / "stage_2_train_labels.csv").write_text(LABELS)
    (own / "stage_2_detailed_class_info.csv").write_text(CLASSES)
    return own


@pytest.mark.parametrize(
    ("task", "third_class", "classes", "labels"),
    [
        ("", "drop", ("Lung Opacity",), [(1,), (0,)]),
        ("", "negative", ("Lung Opacity",), [(1,), (0,), (0,)]),
        ("", "class", ("Lung Opacity", "No Lung Opacity / Not Normal"), [(1, 0), (0, 0), (0, 1)]),
        ("single", "drop", ("Normal", "Lung Opacity"), [(0, 1), (1, 0)]),
        ("single", "negative", ("Normal", "Lung Opacity"), [(0, 1), (1, 0), (1, 0)]),
        (
            "single",
            "class",
            ("Normal", "Lung Opacity", "No Lung Opacity / Not Normal"),
            [(0, 1, 0), (1, 0, 0), (0, 0, 1)],
        ),
    ],
)
def test_the_third_class_is_dropped_a_negative_or_its_own(
    folder: Path, task: str, third_class: str, classes: tuple[str, ...], labels: list[tuple[int, ...]]
) -> None:
    samples = read_samples(DataSettings("rsna", task=task, third_class=third_class), folder)
    assert samples.classes == classes
    assert [sample.labels for sample in samples.samples] == labels


def test_two_boxes_of_one_image_are_gathered(folder: Path) -> None:
    first = read_samples(DataSettings("rsna"), folder).samples[0]
    assert [box[1:] for box in first.boxes] == [(1, 2, 3, 4), (5, 6, 7, 8)]
    assert {box.key for box in first.boxes} == {"Lung Opacity"}


def test_people_come_from_the_nih_table_beside_it(folder: Path) -> None:
    assert {sample.patient for sample in read_samples(DataSettings("rsna"), folder).samples} == {"rsna-a", "rsna-b"}
    (folder.parent / "chestxray14_320").mkdir()
    (folder.parent / "chestxray14_320" / "labels.csv").write_text("rsna_patientId,patient\na,7\nb,7\n")
    assert {sample.patient for sample in read_samples(DataSettings("rsna"), folder.parent).samples} == {"nih-7"}


def test_a_missing_image_is_named(folder: Path) -> None:
    (folder / "stage_2_train_images" / "b.dcm").unlink()
    with pytest.raises(DataError, match=r"image stage_2_train_images/b\.dcm is missing"):
        read_samples(DataSettings("rsna"), folder)


def test_a_class_that_rsna_lacks_is_refused(folder: Path) -> None:
    with pytest.raises(DataError, match="class 'Pneumonia' is not one of Normal, Lung Opacity"):
        read_samples(DataSettings("rsna", classes=("Pneumonia",)), folder)


def test_the_sample_has_its_published_counts(shared_data) -> None:  # type: ignore[no-untyped-def]
    shared_data("chestxray14_320")
    folder = shared_data("rsna").parent
    two = read_samples(DataSettings("rsna", task="single"), folder)
    assert [sum(sample.labels[k] for sample in two.samples) for k in (0, 1)] == [53, 81]
    whole = read_samples(DataSettings("rsna", third_class="negative"), folder)
    assert (len(whole), len({sample.patient for sample in whole.samples})) == (208, 165)
    assert sum(len(sample.boxes) for sample in whole.samples) == 131
