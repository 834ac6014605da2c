"""Calibration of a split: which cases each finding uses, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.training.synthetic_cases import GRID, square_cases
from training.calibrate import CalibrationError, CalibrationSettings, balanced_rows, calibrate
from training.calibration_file import read_calibration, write_calibration
from training.cases import Cases, join
from training.outputs import Outputs

SETTINGS = CalibrationSettings(phantom_findings=("cardiomegaly",), refits=20)


def outputs_of(cases: Cases, seed: int = 0) -> Outputs:
    """Logits that know the label, maps that are the masks, random embeddings."""
    random = np.random.default_rng(seed)
    logits = (np.nan_to_num(cases.labels) * 2 - 1 + random.normal(size=cases.labels.shape)).astype(np.float32)
    maps = np.nan_to_num(cases.masks).astype(np.float32)
    return Outputs(logits, maps, maps, random.normal(size=(len(cases), 4)).astype(np.float32))


@pytest.fixture
def mixed() -> Cases:
    return join([square_cases(60, 1, "chestxray14_320"), square_cases(90, 2)])


def test_real_cases_calibrate_where_they_are_and_phantoms_where_asked(mixed: Cases) -> None:
    found = calibrate(mixed, outputs_of(mixed), np.random.default_rng(0).normal(size=(50, 4)), SETTINGS)
    assert [(own.source, own.n) for own in found.findings] == [("real", 60), ("real", 60), ("phantom", 90)]
    assert all(len(own.refits) == 20 for own in found.findings)
    assert found.findings[0].map_thresholds.keys() == {"gradcam", "classmaps"}


def test_unknown_labels_are_left_out(mixed: Cases) -> None:
    mixed.labels[:10, 0] = np.nan
    found = calibrate(mixed, outputs_of(mixed), np.zeros((5, 4)) + np.eye(5, 4), SETTINGS)
    assert found.findings[0].n == 50


def test_too_few_positives_are_refused_with_their_count(mixed: Cases) -> None:
    mixed.labels[:60, 1] = 0
    mixed.labels[:4, 1] = 1
    with pytest.raises(
        CalibrationError, match="pleural_effusion: 4 positives and 56 negatives in the calibration split"
    ):
        calibrate(mixed, outputs_of(mixed), np.random.default_rng(0).normal(size=(50, 4)), SETTINGS)


def test_the_gate_is_set_on_as_many_phantoms_as_real_cases(mixed: Cases) -> None:
    rows = balanced_rows(mixed, 0)
    assert len(rows) == 120
    assert int(mixed.is_phantom[rows].sum()) == 60
    assert len(balanced_rows(square_cases(7), 0)) == 7


def test_calibration_json_comes_back_as_it_was(mixed: Cases, tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    found = calibrate(mixed, outputs_of(mixed), np.random.default_rng(0).normal(size=(50, 4)), SETTINGS)
    write_calibration(path, found)
    again = read_calibration(path)
    assert again.findings == found.findings
    assert np.array_equal(again.gate.precision, found.gate.precision)
    assert again.gate.threshold == found.gate.threshold
    with pytest.raises(FileNotFoundError, match="run `python -m training calibrate` first"):
        read_calibration(tmp_path / "none.json")


def test_cases_are_selected_by_mask_and_by_index(mixed: Cases) -> None:
    assert mixed.select(mixed.is_phantom).ids == mixed.ids[60:]
    assert mixed.select([3, 1]).ids == (mixed.ids[3], mixed.ids[1])
    assert mixed.masks.shape[2:] == GRID
