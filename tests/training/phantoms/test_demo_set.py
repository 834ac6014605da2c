"""The committed demo files and the verb that makes them and larger sets."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pydicom
import pytest

import training
from training.commands.data import add_arguments as add_data_arguments
from training.commands.data import run as run_data
from training.commands.phantoms import add_arguments, run
from training.data.records import FINDINGS
from training.data.registry import DataSettings, read_samples
from training.data.rsna_samples import read_rsna_samples
from training.phantoms.demo import DEMO_CASES, MAX_BYTES, truth_entry
from training.phantoms.dicom_writer import write_dx
from training.phantoms.draw import draw_phantom

DEMO = Path(training.__file__).parents[1] / "webapp" / "demo" / "phantoms"


def _truth() -> list[dict]:
    return json.loads((DEMO / "truth.json").read_text())["images"]


def test_the_committed_files_are_those_of_the_truth_and_small_enough() -> None:
    files = sorted(path.name for path in DEMO.glob("*.dcm"))
    assert files == [case.file for case in DEMO_CASES] == [entry["file"] for entry in _truth()]
    assert max(path.stat().st_size for path in DEMO.glob("*.dcm")) <= MAX_BYTES


@pytest.mark.parametrize("entry", _truth(), ids=lambda entry: entry["file"])
def test_each_committed_header_agrees_with_its_truth(entry: dict) -> None:
    dataset = pydicom.dcmread(DEMO / entry["file"], stop_before_pixels=True)
    assert dataset.SOPInstanceUID == entry["sop_instance_uid"]
    assert (dataset.Rows, dataset.Columns, dataset.BitsStored) == (entry["rows"], entry["columns"], entry["bits"])
    assert (dataset.ViewPosition, dataset.PhotometricInterpretation) == (entry["view"], entry["photometric"])
    assert {box["key"] for box in entry["boxes"]} == {key for key, value in entry["findings"].items() if value}
    for box in entry["boxes"]:
        assert 0 <= box["x"] < box["x"] + box["w"] <= entry["columns"]
        assert 0 <= box["y"] < box["y"] + box["h"] <= entry["rows"]


def test_the_set_covers_what_a_demonstration_needs() -> None:
    truth = _truth()
    assert {entry["photometric"] for entry in truth} == {"MONOCHROME1", "MONOCHROME2"}
    assert {entry["bits"] for entry in truth} == {10, 12, 14, 16}
    assert {entry["view"] for entry in truth} == {"PA", "AP"}
    assert {"j2k", "jpeg-ls", "rle", "explicit"} <= {entry["transfer_syntax"] for entry in truth}
    assert sum(not any(entry["findings"].values()) for entry in truth) >= 4
    assert [entry["age_years"] for entry in truth if entry["age_years"] < 18] == [8]
    people = [entry["patient_id"] for entry in truth]
    assert len(people) == len(set(people)) + 1  # one patient has a prior


def test_the_smallest_committed_file_can_be_made_again(tmp_path: Path) -> None:
    # The uncompressed one: encoders may change between versions, the drawing must not without a new demo set.
    case = next(case for case in DEMO_CASES if case.spec.syntax == "explicit")
    phantom = draw_phantom(case.seed, size=case.size, findings=case.findings, **case.drawn)
    dataset = write_dx(tmp_path / "a.dcm", phantom, case.spec)
    entry = next(entry for entry in _truth() if entry["file"] == case.file)
    made = truth_entry(case, phantom, str(dataset.SOPInstanceUID))
    assert {key: made[key] for key in ("boxes", "findings", "patient_id")} == {
        key: entry[key] for key in ("boxes", "findings", "patient_id")
    }


def _run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args(words))


def test_the_chestxray14_layout_is_read_by_its_reader(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(str(tmp_path), "--count", "7", "--size", "96", "--seed", "40", "--json") == 0
    assert json.loads(capsys.readouterr().out)["images"] == 7
    samples = read_samples(DataSettings("chestxray14", task="multilabel", classes=FINDINGS), tmp_path).samples
    assert len(samples) == 7
    assert len({sample.patient for sample in samples}) == 3  # three visits each
    for index, sample in enumerate(samples):
        phantom = draw_phantom(40 + index, size=96, patient_seed=40 + index // 3)
        assert sample.labels == tuple(float(phantom.findings[key]) for key in FINDINGS)
        assert len(sample.boxes) == len(phantom.boxes)


def test_the_rsna_layout_is_read_by_its_reader(tmp_path: Path) -> None:
    assert _run(str(tmp_path), "--layout", "rsna", "--count", "6", "--size", "96") == 0
    samples = read_rsna_samples(DataSettings("rsna", third_class="negative"), tmp_path).samples
    expected = [int(draw_phantom(seed, size=96).findings["lung_opacity"]) for seed in range(6)]
    assert [sample.labels[0] for sample in samples] == expected
    assert all(bool(sample.boxes) == bool(sample.labels[0]) for sample in samples)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "no folder given"),
        (("x", "--count", "0"), "--count 0 is not 1 or more"),
        (("x", "--size", "20"), "--size 20 is outside 64..1024"),
        (("x", "--confounder", "3"), "--confounder 3.0 is outside -1..1"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(
    words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(*words) == 2
    assert capsys.readouterr().err.startswith(f"phantoms: {message}")


def test_data_check_counts_a_folder_and_names_a_broken_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _run(str(tmp_path), "--count", "4", "--size", "64")
    parser = argparse.ArgumentParser()
    add_data_arguments(parser)
    capsys.readouterr()
    assert run_data(parser.parse_args(["check", str(tmp_path), "--json"])) == 0
    assert json.loads(capsys.readouterr().out)["images"] == 4
    (tmp_path / "Data_Entry_2017.csv").unlink()
    assert run_data(parser.parse_args(["check", str(tmp_path)])) == 1
    assert "has none of the tables" in capsys.readouterr().err
