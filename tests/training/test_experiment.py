"""Experiment files: what is read, and that no key is ignored."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.experiment import ExperimentError, experiment_names, find_experiment, read_experiment

MINIMAL = 'name = "x"\nversion = "1.0.0"\ncreated = "2026-01-01T00:00:00Z"\n[input]\nheight = 32\nwidth = 64\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_experiment_of_the_package_can_be_read() -> None:
    assert "demo" in experiment_names()
    for name in experiment_names():
        assert read_experiment(find_experiment(name)).input.intensity == "percentile-0.5-99.5"


def test_defaults_fill_what_is_left_out(tmp_path: Path) -> None:
    experiment = read_experiment(written(tmp_path, MINIMAL + "[model]\nmlp = [8, 4]\n[fit]\nlearning_rate = 1\n"))
    assert experiment.grid == (2, 4)
    assert experiment.model.mlp == (8, 4)
    assert experiment.fit.learning_rate == 1.0
    assert experiment.fit.batch == 32


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("[fit]\nepoch = 3\n", r"own.toml: fit: key 'epoch' is not one of epochs, batch"),
        ("[fit]\nepochs = 'many'\n", r"own.toml: fit: epochs = 'many' is not int"),
        ("[fit]\nepochs = true\n", r"epochs = True is not int"),
        (
            "[calibration]\nmethod = 'magic'\n",
            r"own.toml: calibration method 'magic' is not one of temperature-per-label, platt",
        ),
        ("[calibration]\nphantom_findings = ['hernia']\n", r"'hernia' is not one of lung_opacity"),
        ("fit = 3\n[fit]\n", r"own.toml: "),
    ],
)
def test_a_key_that_is_wrong_is_named(tmp_path: Path, extra: str, message: str) -> None:
    with pytest.raises(ExperimentError, match=message):
        read_experiment(written(tmp_path, MINIMAL + extra))


def test_a_missing_key_and_a_missing_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(ExperimentError, match="key 'version' is missing"):
        read_experiment(written(tmp_path, 'name = "x"\n'))
    with pytest.raises(ExperimentError, match=r"does not exist; known are .*demo"):
        read_experiment(find_experiment("nothing"))
