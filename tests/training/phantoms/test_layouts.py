"""Made copies of the data sets' layouts: what the options do, read back by the readers."""

from __future__ import annotations

import argparse
import csv
import hashlib
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from training.commands.phantoms import add_arguments, run
from training.data.registry import DataSettings, read_samples
from training.phantoms.layouts import LAYOUTS
from training.phantoms.made_data import MadeData

FAST = {"size": 64, "fast": True}


def _digest(folder: Path) -> str:
    """SHA-256 over all files' names and contents."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_is_the_same_for_a_seed_and_another_for_another(layout: str, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        LAYOUTS[layout](tmp_path / name, MadeData(count=6, seed=seed, **FAST), len)
    digests = [_digest(tmp_path / name) for name in "abc"]
    assert digests[0] == digests[1] != digests[2]


def _read(folder: Path, name: str, made: MadeData, **settings: object):  # type: ignore[no-untyped-def]
    LAYOUTS[name](folder, made, len)
    return read_samples(DataSettings(name, **settings), folder).samples  # type: ignore[arg-type]


@pytest.mark.parametrize(("layout", "own"), [("chestxray14", 3), ("chexpert", 2), ("rsna", 1), ("reviewed", 1)])
def test_several_images_of_one_patient(layout: str, own: int, tmp_path: Path) -> None:
    def most(per_patient: int) -> set[int]:
        made = MadeData(count=12, per_patient=per_patient, **FAST)
        samples = _read(tmp_path / str(per_patient), layout, made, views="all", third_class="negative")
        return set(Counter(sample.patient for sample in samples).values())

    assert most(0) == {own}
    if layout != "rsna":  # the challenge knows one image per patient
        assert most(4) == {4}


def test_chexpert_has_uncertain_labels_lateral_views_and_a_validation_table(tmp_path: Path) -> None:
    made = MadeData(count=64, uncertain=0.3, **FAST)
    samples = _read(tmp_path, "chexpert", made, views="all", policy="ignore")
    train = [sample for sample in samples if sample.official_split == "train"]
    assert len(train) == 48
    unknown = np.isnan([sample.labels for sample in train])
    assert unknown.mean() == pytest.approx(0.3, abs=0.1)  # 240 labels: se .03
    assert not np.isnan([s.labels for s in samples if s.official_split == "valid"]).any()
    assert sum(sample.view == "LATERAL" for sample in samples) == 8
    people = {split: {s.patient for s in samples if s.official_split == split} for split in ("train", "valid")}
    assert not people["train"] & people["valid"]


def test_rsna_has_the_share_of_the_third_class_that_is_asked_for(tmp_path: Path) -> None:
    made = MadeData(count=20, third_class=0.3, **FAST)
    samples = _read(tmp_path, "rsna", made, task="single", third_class="class")
    assert np.sum([sample.labels for sample in samples], axis=0).tolist() == [7, 7, 6]
    assert all(bool(sample.boxes) == bool(sample.labels[1]) for sample in samples)


def test_chestxray14_s_labels_take_turns_and_carry_boxes(tmp_path: Path) -> None:
    classes = ("Atelectasis", "Edema", "No Finding")
    samples = _read(tmp_path, "chestxray14", MadeData(count=9, classes=classes, **FAST), task="single", classes=classes)
    assert sorted(sample.labels.index(1.0) for sample in samples) == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    for sample in samples:
        assert {box.key for box in sample.boxes} == {classes[sample.labels.index(1.0)]} - {"No Finding"}


def test_an_infiltration_has_the_box_table_s_own_spelling(tmp_path: Path) -> None:
    LAYOUTS["chestxray14"](tmp_path, MadeData(count=4, classes=("Infiltration",), **FAST), len)
    with (tmp_path / "BBox_List_2017.csv").open() as handle:
        assert {row[1] for row in list(csv.reader(handle))[1:]} == {"Infiltrate"}


def test_busi_has_normal_images_with_empty_masks_and_some_with_two(tmp_path: Path) -> None:
    samples = _read(tmp_path, "busi", MadeData(count=40, size=64), classes=("benign", "malignant", "normal"))
    kinds = Counter(sample.labels.index(1.0) for sample in samples)
    assert kinds == {0: 17, 1: 17, 2: 6}
    assert max(len(sample.mask_paths) for sample in samples) == 2
    for sample in samples:
        covered = np.mean([np.asarray(Image.open(path)).mean() for path in sample.mask_paths])
        assert (covered == 0) == bool(sample.labels[2])


def test_cub_s_boxes_are_tight_on_the_segmentations(tmp_path: Path) -> None:
    for sample in _read(tmp_path, "cub", MadeData(count=8, size=64)):
        rows, columns = np.nonzero(np.asarray(Image.open(sample.mask_paths[0])) >= 128)
        box = sample.boxes[0]
        assert (box.x, box.y) == (columns.min(), rows.min())
        assert (box.w, box.h) == (np.ptp(columns) + 1, np.ptp(rows) + 1)


def test_reviewed_cases_have_blanks_doubts_and_boxes(tmp_path: Path) -> None:
    made = MadeData(count=60, uncertain=0.2, **FAST)
    samples = _read(tmp_path, "reviewed", made)
    unknown = [math.isnan(label) for sample in samples for label in sample.labels]
    assert 0.1 < np.mean(unknown) < 0.45  # one in ten not judged, one in five of the rest in doubt: .28
    assert any(sample.boxes for sample in samples)


def _run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args(words))


def test_the_command_passes_its_options_on(tmp_path: Path) -> None:
    words = (
        "--layout chexpert --count 8 --size 64 --seed 3 --uncertain 1 --per-patient 4 --fast --confounder 0.5".split()
    )
    assert _run(str(tmp_path / "a"), *words) == 0
    made = MadeData(count=8, size=64, seed=3, uncertain=1.0, per_patient=4, fast=True, confounder=0.5)
    LAYOUTS["chexpert"](tmp_path / "b", made, len)
    assert _digest(tmp_path / "a") == _digest(tmp_path / "b")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--third-class", "2"), "third_class 2.0 is outside 0..1"),
        (("--uncertain", "-1"), "uncertain -1.0 is outside 0..1"),
        (("--per-patient", "-1"), "per_patient -1; allowed are 1 or more, 0 or more"),
        (("--classes", "Hernia"), "class 'Hernia' cannot be drawn; allowed are No Finding, Atelectasis"),
    ],
)
def test_wrong_options_are_one_line_and_exit_2(
    words: tuple[str, ...], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(str(tmp_path / "x"), *words) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "x").exists()
