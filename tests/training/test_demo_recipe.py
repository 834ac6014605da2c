"""The whole way from cases to a bundle that loads, in miniature: squares instead of chests, 32 x 32 pixels, two epochs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from inference.bundle import Bundle
from tests.training.synthetic_cases import GRID, square_cases
from training import demo_data
from training.cases import Cases, join, load_cases, save_cases
from training.commands.main import main
from training.data.records import FINDINGS, Record
from training.demo_data import RealData, fold_splits
from training.evaluation_truth import opacity_truth
from training.experiment import read_experiment

TOML = """
name = "squares"
version = "0.1.0"
created = "2026-01-01T00:00:00Z"
[input]
height = 32
width = 32
[model]
width = 4
mlp = [8]
wildcat = { kmax = 1, kmin = 1 }
[phantoms]
train = 64
selection = 16
calibration = 60
evaluation = 40
per_epoch = 64
[pretrain]
epochs = 0
[fit]
epochs = 2
batch = 16
[calibration]
refits = 20
"""


@pytest.fixture
def experiment_file(tmp_path: Path) -> Path:
    path = tmp_path / "squares.toml"
    path.write_text(TOML, encoding="utf-8")
    return path


@pytest.fixture
def run(tmp_path: Path, experiment_file: Path) -> Path:
    """A run folder whose phantoms are drawn already."""
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "experiment.toml").write_text(TOML, encoding="utf-8")
    experiment = read_experiment(experiment_file)
    save_cases(str(folder / "phantoms.npz"), square_cases(180))
    key = demo_data.phantom_key(experiment.phantoms, experiment)
    (folder / "phantoms.json").write_text(json.dumps({"key": key}), encoding="utf-8")
    return folder


def arguments(verb: str, run: Path, *more: str) -> list[str]:
    return [verb, "--run", str(run), "--data", str(run / "no-data"), *more]


HARDWARE = ("--accelerator", "cpu", "--devices", "1", "--precision", "32-true")


def test_the_recipe_without_real_data_makes_a_bundle_that_loads(
    run: Path, experiment_file: Path, tmp_path: Path
) -> None:
    target = tmp_path / "squares-0.1.0.bundle"
    more = ("--experiment", str(experiment_file), "--output", str(target), *HARDWARE)
    assert main(arguments("demo-model", run, *more)) == 0
    bundle = Bundle.load(target)
    assert tuple(finding.key for finding in bundle.findings) == FINDINGS
    assert bundle.selfcheck["gradcam"].shape == (3, 3, *GRID)
    assert "Research use only — not for diagnosis" in bundle.card
    assert "No real radiograph" in bundle.card
    assert bundle.manifest["evidence"]["data"]["real_images"] == 0


def test_the_verbs_do_the_same_one_after_the_other(run: Path, experiment_file: Path, tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    target = tmp_path / "one.bundle"
    assert main(arguments("calibrate", run)) == 1
    assert "fold 0 of" in capsys.readouterr().err
    assert main([*arguments("fit", run, *HARDWARE), str(experiment_file)]) == 0
    assert main(arguments("calibrate", run)) == 0
    assert main(arguments("evaluate", run)) == 0
    capsys.readouterr()
    assert main(arguments("export", run, "--output", str(target), "--json")) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["id"] == Bundle.load(target).id
    assert max(answer["differences"].values()) < 1e-3
    assert len((run / "fold-0" / "predictions.csv").read_text(encoding="utf-8").splitlines()) == 1 + 40 * 3


def test_an_unknown_experiment_is_one_line_and_exit_code_one(tmp_path: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    assert main(["fit", "nothing", "--run", str(tmp_path / "r")]) == 1
    assert "known are" in capsys.readouterr().err
    with pytest.raises(SystemExit) as wrong:
        main(["fot"])
    assert wrong.value.code == 2


def test_a_run_folder_of_other_settings_is_not_overwritten(run: Path, experiment_file: Path, capsys) -> None:  # type: ignore[no-untyped-def]
    (run / "fold-0").mkdir()
    experiment_file.write_text(TOML.replace("epochs = 2", "epochs = 1"), encoding="utf-8")
    assert main([*arguments("fit", run), str(experiment_file)]) == 1
    assert "holds networks of other settings; use --fresh or another --run" in capsys.readouterr().err
    assert (run / "fold-0").is_dir()


def real_data(n: int) -> RealData:
    cases = square_cases(n, 3, "chestxray14_320")
    labels = [{key: int(value) for key, value in zip(FINDINGS, row, strict=True)} for row in cases.labels]
    rows = zip(cases.ids, cases.patients, cases.views, labels, strict=True)
    records = [Record(Path(name), name, patient, view, own) for name, patient, view, own in rows]
    people = sorted(set(cases.patients))
    folds = np.array([people.index(patient) % 5 for patient in cases.patients])
    return RealData(Path("none"), records, cases, folds)


def test_no_patient_is_in_two_splits_and_every_image_is_in_one(experiment_file: Path, tmp_path: Path) -> None:
    experiment, real = read_experiment(experiment_file), real_data(120)
    drawn = {name: square_cases(10, 10 + i) for i, name in enumerate(demo_data.SPLITS)}
    for fold in range(5):
        splits = fold_splits(experiment, real, drawn, fold, tmp_path / f"fold-{fold}")
        people = {
            name: {p for p, phantom in zip(own.patients, own.is_phantom, strict=True) if not phantom}
            for name, own in splits.items()
        }
        assert sum(map(len, people.values())) == len(set.union(*people.values())) == 60
        assert people["evaluation"] == {p for p, f in zip(real.cases.patients, real.folds, strict=True) if f == fold}
        assert not splits["selection"].is_phantom.any()


def test_stale_phantoms_are_drawn_again(run: Path, experiment_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    experiment = read_experiment(experiment_file)
    drawn: list[int] = []

    def draw(seeds: range, *_: object) -> Cases:
        drawn.append(len(seeds))
        return square_cases(len(seeds), 5)

    monkeypatch.setattr(demo_data, "phantom_cases", draw)
    assert demo_data.phantom_splits(experiment, run, 1)["train"].ids == square_cases(180).ids[:64]
    (run / "phantoms.json").write_text('{"key": "of another generator"}', encoding="utf-8")
    demo_data.phantom_splits(experiment, run, 1)
    assert drawn == [180]


def test_cases_come_back_from_their_file(tmp_path: Path) -> None:
    cases = join([square_cases(5, 1), square_cases(3, 2, "other")])
    save_cases(str(tmp_path / "cases.npz"), cases)
    again = load_cases(str(tmp_path / "cases.npz"))
    assert again.boxes == cases.boxes
    assert again.patients == cases.patients
    assert np.array_equal(again.images, cases.images)


def test_the_truth_of_opacity_is_the_re_reading() -> None:
    classes = {
        "a": ("Lung Opacity", "No Finding"),
        "b": ("Normal", "Pneumonia"),
        "c": ("", "No Finding"),
        "d": ("No Lung Opacity / Not Normal", "Pneumonia"),
        "e": ("", "Pneumonia"),
    }
    cases = square_cases(5)
    cases = Cases(*(list("abcde") if name == "ids" else getattr(cases, name) for name in Cases.__dataclass_fields__))
    assert opacity_truth(cases, classes).tolist()[:3] == [1.0, 0.0, 0.0]
    assert np.isnan(opacity_truth(cases, classes)[3:]).all()
    assert np.isnan(opacity_truth(cases, classes, rsna_only=True)[2])
