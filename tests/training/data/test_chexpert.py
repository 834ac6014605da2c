"""CheXpert's tables: policies for uncertain labels, blanks, views, people, and errors that name the cell."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from training.data.chexpert import CHEXPERT_LABELS, FIVE
from training.data.records import DataError
from training.data.registry import DataSettings, read_samples

HEADER = ",".join(("Path", "Sex", "Age", "Frontal/Lateral", "AP/PA", *CHEXPERT_LABELS))


def _row(path: str, side: str = "Frontal", view: str = "AP", **labels: str) -> str:
    cells = [labels.get(name.replace(" ", "_"), "") for name in CHEXPERT_LABELS]
    return ",".join((f"CheXpert-v1.0-small/{path}", "Female", "61", side, view, *cells))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [
        _row("train/patient00001/study1/view1_frontal.jpg", Atelectasis="-1.0", Cardiomegaly="-1.0", Edema="1.0"),
        _row("train/patient00001/study1/view2_lateral.jpg", "Lateral", ""),
        _row("train/patient00002/study1/view1_frontal.jpg", view="PA", Consolidation="1.0", Pleural_Effusion="1.0"),
        _row("train/patient00002/study2/view1_frontal.jpg", view="LL", Edema="-1.0", Cardiomegaly="0.0"),
    ]
    valid = [_row("valid/patient64541/study1/view1_frontal.jpg", Atelectasis="1.0", Cardiomegaly="1.0", Edema="0.0")]
    for name, own in (("train", rows), ("valid", valid)):
        (tmp_path / f"{name}.csv").write_text("\n".join((HEADER, *own)) + "\n")
        for row in own:
            path = tmp_path / row.split(",")[0].removeprefix("CheXpert-v1.0-small/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
    return tmp_path


def _labels(folder: Path, **settings: str) -> dict[str, tuple[float, ...]]:
    samples = read_samples(DataSettings("chexpert", **settings), folder)  # type: ignore[arg-type]
    return {sample.image_id.split("/", 1)[1]: sample.labels for sample in samples.samples}


# Order: Atelectasis, Cardiomegaly, Consolidation, Edema, Pleural Effusion. Patient 1 is uncertain of the first two, the
# second study of patient 2 of Edema (methods.md section 1, trap 9).
@pytest.mark.parametrize(
    ("policy", "first", "second"),
    [
        ("", (0, 1, 0, 1, 0), (0, 0, 0, 1, 0)),
        ("paper000", (0, 1, 0, 1, 0), (0, 0, 0, 1, 0)),
        ("libauc", (1, 0, 0, 1, 0), (0, 0, 0, 1, 0)),
        ("ones", (1, 1, 0, 1, 0), (0, 0, 0, 1, 0)),
        ("zeros", (0, 0, 0, 1, 0), (0, 0, 0, 0, 0)),
        ("ignore", (math.nan, math.nan, 0, 1, 0), (0, 0, 0, math.nan, 0)),
    ],
)
def test_each_policy_turns_uncertain_labels_its_way(
    folder: Path, policy: str, first: tuple[float, ...], second: tuple[float, ...]
) -> None:
    found = _labels(folder, policy=policy)
    assert found["patient00001/study1/view1_frontal"] == pytest.approx(first, nan_ok=True)
    assert found["patient00002/study2/view1_frontal"] == pytest.approx(second, nan_ok=True)


def test_frontal_images_are_taken_and_all_on_request(folder: Path) -> None:
    assert len(_labels(folder)) == 4
    assert len(_labels(folder, views="all")) == 5
    assert list(_labels(folder, views="PA")) == ["patient00002/study1/view1_frontal"]


def test_people_views_and_official_splits_are_read(folder: Path) -> None:
    samples = read_samples(DataSettings("chexpert"), folder)
    assert samples.classes == FIVE
    assert samples.task == "multilabel"
    first, second, third, valid = samples.samples
    assert (first.patient, first.view, first.sex, first.age_years) == ("patient00001", "AP", "F", 61.0)
    assert (second.patient, second.view, third.view) == ("patient00002", "PA", "")  # LL is frontal, its view unknown
    assert (first.official_split, valid.official_split) == ("train", "valid")


def test_the_folder_is_found_below_its_parent(folder: Path) -> None:
    parent = folder / "parent"
    parent.mkdir()
    (parent / "CheXpert-v1.0-small").symlink_to(folder)
    assert len(read_samples(DataSettings("chexpert"), parent)) == 4


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",Pleural Effusion,", ",Effusion,", "train.csv row 1: column 'Pleural Effusion' is missing"),
        (",1.0", ",2.0", "train.csv row 2: Edema '2.0' is not 1, 0, -1 or blank"),
        (",1.0", ",yes", "train.csv row 2: Edema 'yes' is not a number"),
        (",Frontal,", ",Oblique,", "train.csv row 2: Frontal/Lateral 'Oblique' is not Frontal or Lateral"),
        (
            "/train/patient00001/study1/view1",
            "/train/view1",
            "row 2: Path 'CheXpert-v1.0-small/train/view1_frontal.jpg'",
        ),
        ("study1/view1", "study1/view7", "row 2: image train/patient00001/study1/view7_frontal.jpg is missing"),
    ],
)
def test_a_bad_table_is_named_with_row_and_value(folder: Path, old: str, new: str, message: str) -> None:
    table = folder / "train.csv"
    table.write_text(table.read_text().replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        read_samples(DataSettings("chexpert"), folder)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"policy": "paper"}, "data policy 'paper' is not one of paper000, libauc, ones, zeros, ignore"),
        ({"classes": ("Edemas",)}, "class 'Edemas' is not one of No Finding"),
        ({"task": "single"}, "task 'single' is not multilabel"),
        ({"classes": ("Fracture",)}, "class 'Fracture' has no image"),
    ],
)
def test_settings_that_do_not_suit_are_refused(folder: Path, settings: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_samples(DataSettings("chexpert", **settings), folder)  # type: ignore[arg-type]
