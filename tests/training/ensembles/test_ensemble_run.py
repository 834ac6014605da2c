"""Runs of two sizes as one bundle, evaluated as it is exported."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.bundle import Bundle
from tests.training.run.made_set import made_set
from training.data.paper_splits import SplitRule
from training.data.settings import DataSettings, PaperInput
from training.ensembles.ensemble_run import EnsemblePlan, make_ensemble
from training.ensembles.genetic import GeneticSettings
from training.explained.export import run_onnx
from training.losses import LossTable
from training.models.model_table import ModelTable
from training.optim import OptimTable
from training.run.export import Naming
from training.run.files import RunError
from training.run.hardware import Machine
from training.run.run_row import run_row
from training.run.settings import CalibrationTable, RowSettings, TrainTable
from training.run.steps import Opening, RowRun, open_run

CPU = Machine("cpu", "1", "32-true")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[RowRun]:
    folder = tmp_path_factory.mktemp("members")
    samples = made_set(folder / "images", 64)
    found = []
    for name, side, seed in (("near", 48, 0), ("far", 32, 1)):
        row = RowSettings(
            name, "003", "7", DataSettings("busi"), PaperInput(side), ModelTable("compact", width=4),
            train=TrainTable(epochs=2, batch=8, seed=seed), loss=LossTable("ce"), optim=OptimTable(lr=3e-3),
            split_rule=SplitRule(calibration=0.25), calibration=CalibrationTable(refits=20),
        )  # fmt: skip
        run_row(row, samples, folder / name, CPU)
        found.append(open_run(folder / name, samples, CPU, Opening()))
    return found


@pytest.mark.slow
def test_an_ensemble_is_one_bundle_and_its_metrics_are_those_of_the_exported_graph(
    tmp_path: Path, runs: list[RowRun]
) -> None:
    plan = EnsemblePlan("ga", genetic=GeneticSettings(population=8, generations=3, restarts=2), naming=Naming("vote"))
    found = make_ensemble(runs, tmp_path, plan)
    bundle = Bundle.load(found.bundle.path)
    assert bundle.input_spec.height == 48
    assert bundle.manifest["evidence"]["members"] == found.weights
    assert sum(found.weights.values()) == pytest.approx(1.0, abs=1e-5)
    assert "restarts" in bundle.card
    assert "±" in bundle.card
    reported = runs[0].data.reported("test")
    outputs = run_onnx(bundle.onnx_bytes, np.asarray(reported.images, np.float32))
    accuracy = (outputs["probabilities"].argmax(axis=1) == reported.labels.argmax(axis=1)).mean()
    assert found.metrics["metrics"]["acc"]["value"] == pytest.approx(accuracy)
    assert json.loads((tmp_path / "ensemble.json").read_text())["search"]["sd"] >= 0


def test_members_of_other_questions_or_splits_are_refused(tmp_path: Path, runs: list[RowRun]) -> None:
    first = runs[0]
    with pytest.raises(RunError, match="1 runs; an ensemble needs two or more"):
        make_ensemble([first], tmp_path, EnsemblePlan())
    with pytest.raises(RunError, match="names must differ"):
        make_ensemble([first, first], tmp_path, EnsemblePlan())
    moved = dict(first.data.assignment)
    moved[next(iter(moved))] = "train" if next(iter(moved.values())) != "train" else "evaluation"
    other = replace(runs[1], data=replace(runs[1].data, assignment=moved))
    with pytest.raises(RunError, match="has another split than 'near'; a vote would leak"):
        make_ensemble([first, other], tmp_path, EnsemblePlan())
    with pytest.raises(RunError, match=r"weights \[1.0\] for 2 members"):
        make_ensemble(runs, tmp_path, EnsemblePlan("weights", (1.0,)))
    with pytest.raises(ValueError, match="method 'median' is not one of average, ga, weights"):
        EnsemblePlan("median")
    assert not list(tmp_path.glob("*.bundle"))
