"""One command from own images to a bundle with both maps, in every layout that a trainer may have; and the former recipe."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inference.bundle import Bundle
from inference.cli import main as inference
from training.commands.main import main
from training.phantoms.layouts import LAYOUTS
from training.phantoms.made_data import MadeData
from training.tables.experiment_file import EXPERIMENTS

CPU = ("--accelerator", "cpu", "--devices", "1", "--precision", "32-true", "--workers", "1")
# layout -> its classes
OWN = {
    "folder": '["lung_opacity", "pleural_effusion"]',
    "reviewed": '["lung_opacity", "pleural_effusion"]',
    "chexpert": '["Cardiomegaly", "Pleural Effusion"]',
}


def tiny(folder: Path, name: str, classes: str) -> Path:
    """The experiment that the guide tells a trainer to copy, with another [data] and small enough for a test."""
    text = (EXPERIMENTS / "two_head.toml").read_text(encoding="utf-8")
    for old, new in (
        ('name = "chestxray14_320"', f'name = "{name}"'), ('["Pneumonia", "Effusion"]', classes), ("size = 224", "size = 48"),
        ("widths = [64]", "widths = [8]\nwidth = 4"), ("epochs = 24", "epochs = 1"), ("batch = 32", "batch = 8"),
        ('method = "platt"', 'method = "platt"\nrefits = 20'), ('["gradcam", "wildcat"]', '["gradcam", "wildcat"]\noverlays = 1'),
    ):  # fmt: skip
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", OWN)
def test_own_images_become_a_bundle_with_both_maps(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    LAYOUTS["reviewed"](tmp_path / "dicom", MadeData(count=1, size=64, fast=True), len)
    LAYOUTS[name](tmp_path / "data", MadeData(count=96, size=64, fast=True, per_patient=1), len)
    out = tmp_path / "own.bundle"
    arguments = ["bundle", str(tiny(tmp_path, name, OWN[name])), "--run", str(tmp_path / "run"), "--output", str(out)]
    assert main([*arguments, "--data", str(tmp_path / "data"), *CPU, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert Path(answer["rows"]["two heads"]["bundle"]).read_bytes() == out.read_bytes()
    bundle = Bundle.load(out)
    assert bundle.name == "two-heads"
    assert {"gradcam", "classmaps"} <= set(bundle.manifest["outputs"])
    assert bundle.manifest["outputs"]["classmaps"]["head"] == "wildcat"
    assert bundle.manifest["outputs"]["gradcam"]["head"] == "gap-mlp"
    assert set(bundle.manifest["findings"][0]["maps"]) == {"gradcam", "classmaps"}
    assert "Experiment own, row" in bundle.card
    assert inference(["predict", str(out), str(tmp_path / "dicom" / "images" / "case-00001.dcm"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)


def test_a_run_folder_of_the_former_recipe_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "experiment.toml").write_text("", encoding="utf-8")
    for command in (["bundle", "demo"], ["fit", "demo"], ["calibrate"], ["evaluate"], ["explain"], ["export"]):
        assert main([*command, "--run", str(tmp_path)]) == 1
        error = capsys.readouterr().err.strip()
        assert "\n" not in error
        assert f"{str(tmp_path)!r} is a run folder of the former demo recipe" in error
        assert "run `python -m training bundle demo` with another --run" in error


@pytest.mark.parametrize("table", ["pretrain", "fit", "phantoms"])
def test_a_file_of_the_former_recipe_is_one_line(
    table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(f'name = "x"\nversion = "1.0.0"\n[{table}]\nepochs = 3\n', encoding="utf-8")
    assert main(["fit", str(path), "--run", str(tmp_path / "run")]) == 1
    error = capsys.readouterr().err.strip()
    assert "\n" not in error
    assert (
        f"mine.toml: table [{table}] is of the former demo recipe; an experiment with [[row]] tables replaced it"
        in error
    )
    assert not (tmp_path / "run").exists()
