"""`data check`: missing and unreadable files, equal pixels, labels against boxes, leaks; text, JSON and exit codes."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import pytest

from training.commands.data import add_arguments, run
from training.data.check import check_samples, duplicates
from training.data.records import Box
from training.data.samples import Sample, SampleSet
from training.phantoms.layouts import LAYOUTS
from training.phantoms.made_data import MadeData


@pytest.fixture
def busi(tmp_path: Path) -> Path:
    LAYOUTS["busi"](tmp_path / "busi", MadeData(count=12, size=64), len)
    return tmp_path / "busi"


def _check(*words: str | Path) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args(["check", *map(str, words)]))


@pytest.mark.parametrize("layout", [*LAYOUTS])
def test_a_made_copy_of_every_layout_is_sound(layout: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    LAYOUTS[layout](tmp_path, MadeData(count=8, size=64, fast=True), len)
    assert _check(tmp_path, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["data set"], found["images"], found["images read"], found["problems"]) == (layout, 8, 8, [])


def test_an_image_with_two_labels_is_found_by_its_pixels(busi: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # As benign (433) and malignant (145) of the published BUSI; the names here are others, so only pixels can tell.
    shutil.copy(busi / "benign" / "benign (1).png", busi / "malignant" / "malignant (90).png")
    shutil.copy(busi / "malignant" / "malignant (1)_mask.png", busi / "malignant" / "malignant (90)_mask.png")
    shutil.copy(busi / "benign" / "benign (2).png", busi / "benign" / "benign (91).png")
    shutil.copy(busi / "benign" / "benign (2)_mask.png", busi / "benign" / "benign (91)_mask.png")
    assert _check(busi) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "problem: same pixels, labels benign / malignant: 'benign (1)' = 'malignant (90)'" in lines
    assert "note: same pixels: 'benign (2)' = 'benign (91)'" in lines


def test_the_check_sees_the_known_double_that_the_reader_leaves_out(
    busi: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("benign (433)", "malignant (145)"):
        for end in ("", "_mask"):
            shutil.copy(busi / "benign" / f"benign (1){end}.png", busi / name.split()[0] / f"{name}{end}.png")
    (busi / "benign" / "benign (1).png").unlink()
    assert _check(busi, "--json") == 1
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert problem == "same pixels, labels benign / malignant: 'benign (433)' = 'malignant (145)'"


def test_missing_and_unreadable_files_are_all_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    LAYOUTS["rsna"](tmp_path, MadeData(count=6, size=64, fast=True), len)
    files = sorted((tmp_path / "stage_2_train_images").iterdir())
    files[0].unlink()
    files[1].write_bytes(b"no DICOM")
    assert _check(tmp_path) == 1
    output = capsys.readouterr().out
    assert f"problem: {files[0].stem}: file {files[0].name} is missing" in output
    assert f"problem: {files[1].stem}: {files[1].name}: not_dicom" in output
    assert _check(tmp_path, "--no-pixels") == 1
    assert "not_dicom" not in capsys.readouterr().out


def _sample(name: str, patient: str, label: float, boxes: tuple[Box, ...] = ()) -> Sample:
    return Sample(Path(f"{name}.png"), name, patient, (label,), boxes)


def test_equal_pixels_are_a_problem_across_labels_people_and_splits_only() -> None:
    samples = SampleSet(
        "m", "multilabel", ("a",),
        (_sample("1", "p", 1), _sample("2", "p", 1), _sample("3", "q", 1), _sample("4", "r", 0), _sample("5", "r", 0)),
    )  # fmt: skip
    same = dict.fromkeys("12", "x") | {"4": "y", "5": "y"}
    assert duplicates(samples, same) == ([], ["same pixels: '1' = '2'", "same pixels: '4' = '5'"])
    assert duplicates(samples, {"1": "x", "3": "x"})[0] == ["same pixels, patients p / q: '1' = '3'"]
    assert duplicates(samples, {"1": "x", "4": "x"})[0] == [
        "same pixels, labels a / none and patients p / r: '1' = '4'"
    ]
    assert duplicates(samples, same, {"4": "train", "5": "evaluation"})[0] == [
        "same pixels, splits evaluation / train: '4' = '5'"
    ]


def test_a_box_of_an_absent_class_and_a_constant_label_are_told() -> None:
    box = (Box("a", 0, 0, 1, 1),)
    report = check_samples(
        SampleSet("m", "multilabel", ("a",), (_sample("1", "p", 0, box), _sample("2", "q", 0))), pixels=False
    )
    assert "1: has a box of 'a', which its label says is absent" in report.problems
    assert report.notes == ("label 'a' is 0 in every image",)


def test_a_split_file_with_a_leak_is_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "nih"
    LAYOUTS["chestxray14"](folder, MadeData(count=9, size=64, fast=True), len)
    names = [f"0000000{person}_00{visit}" for person in (1, 2, 3) for visit in range(3)]
    # The file's author took every image for another person.
    rows = [f"{name},{name},{'evaluation' if name.endswith('2') else 'train'}" for name in names]
    split = tmp_path / "split.csv"
    split.write_text("\n".join(["image,patient,split", *rows]) + "\n")
    assert _check(folder, "--split", split, "--no-pixels", "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["problems"] == [
        f"patient 'nih-{person}' is in two splits, 'evaluation' and 'train'; allowed is one" for person in (1, 2, 3)
    ]
    assert found["splits"] == {"train": 6, "evaluation": 3}


def test_a_rule_is_tried_and_a_split_of_one_class_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    LAYOUTS["rsna"](tmp_path, MadeData(count=20, size=64, fast=True, third_class=0.0), len)
    assert _check(tmp_path, "--rule", "paper001", "--no-pixels") == 0
    assert "splits: " in capsys.readouterr().out
    assert _check(tmp_path, "--rule", "paper003", "--no-pixels") == 1
    error = capsys.readouterr().err
    assert error == "data check: split rule 'paper003' does not fit task 'multilabel'; allowed is single\n"


def test_a_changed_file_of_an_export_is_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    LAYOUTS["reviewed"](tmp_path, MadeData(count=3, size=64, fast=True), len)
    files = sorted((tmp_path / "images").iterdir())
    shutil.copy(files[0], files[1])
    assert _check(tmp_path) == 1
    assert "cases.csv row 3: file images/case-00002.dcm is not the one that was exported" in capsys.readouterr().out


def test_long_lists_are_cut_in_the_text_and_whole_in_the_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    LAYOUTS["rsna"](tmp_path, MadeData(count=15, size=64, fast=True), len)
    for path in (tmp_path / "stage_2_train_images").iterdir():
        path.unlink()
    assert _check(tmp_path) == 1
    assert "problem: and 5 more (--json lists all)" in capsys.readouterr().out
    assert _check(tmp_path, "--json") == 1
    assert len(json.loads(capsys.readouterr().out)["problems"]) == 15


@pytest.mark.parametrize("folder", ["rsna", "Dataset_BUSI_with_GT", "chestxray14_320"])
def test_the_shared_samples_have_no_problem(shared_data, folder: str, capsys: pytest.CaptureFixture[str]) -> None:  # type: ignore[no-untyped-def]
    assert _check(shared_data(folder), "--json", "--no-pixels") == 0
    assert json.loads(capsys.readouterr().out)["problems"] == []
