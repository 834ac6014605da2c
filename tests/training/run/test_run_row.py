"""A row from settings to its folder, and what its steps refuse."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from inference.bundle import Bundle
from tests.inference.strict_schema import strict_schema
from training.calibration.split_check import CalibrationSplitError
from training.data.settings import DataSettings
from training.explained.map_makers import MAKER_OF_METHOD, MapMaker
from training.losses import LossTable
from training.models.model_registry import build_model
from training.run import steps
from training.run.export import Naming, bundle_name, export_row
from training.run.files import RunError
from training.run.hardware import Machine
from training.run.maps import located, native_maps
from training.run.predictions import read_predictions
from training.run.run_row import run_row
from training.run.scaling import scaled
from training.run.settings import ExplainTable, StageTable, TrainTable
from training.run.steps import Opening, open_run, start_run


def test_a_row_leaves_everything_a_later_reader_needs(tmp_path: Path, small_row, pictures, cpu) -> None:  # type: ignore[no-untyped-def]
    row = small_row(explain=ExplainTable(("gradcam", "grad"), overlays=1))
    result = run_row(row, pictures(), tmp_path, cpu)
    names = {own.name for own in tmp_path.iterdir()}
    assert names == {
        "row.toml", "run.json", "data.json", "environment.json", "split.csv", "fit", "net.pt", "calibration.json",
        "predictions.csv", "metrics.json", "maps", "report.md",
    }  # fmt: skip
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    columns = metrics["metrics"]
    assert metrics["n"] == metrics["patients"] == columns["acc"]["n"] == metrics["gate"]["refused"]["n"] == 10
    assert {"loss", "auc_ovr", "f1_macro", "seconds", "ece_before", "ece_after", "auprc_gradcam", "pointwise_map_gradcam",
            "mass_in_box_grad_best", "parameters", "best_epoch", "train_acc"} <= set(columns)  # fmt: skip
    assert columns["seconds"]["n"] == 10
    assert result.metrics["metrics"]["acc"] == columns["acc"]
    with np.load(tmp_path / "maps" / "grad.npz") as kept:
        assert kept["maps"].shape == (1, 2, 32, 32)
    rows = list(csv.DictReader((tmp_path / "predictions.csv").open()))
    assert {own["split"] for own in rows} == {"selection", "calibration", "evaluation"}
    assert steps.RowFolder(tmp_path).settings() == row


def test_a_finished_row_is_not_fitted_again_and_other_settings_are_refused(
    tmp_path: Path, small_row, pictures, cpu
) -> None:  # type: ignore[no-untyped-def]
    row = small_row(train=TrainTable(epochs=1, batch=8))
    run_row(row, pictures(), tmp_path, cpu)
    before = (tmp_path / "net.pt").stat().st_mtime_ns
    run_row(row, pictures(), tmp_path, cpu)
    assert (tmp_path / "net.pt").stat().st_mtime_ns == before
    with pytest.raises(RunError, match="is of other settings; use --fresh"):
        run_row(small_row(train=TrainTable(epochs=1, batch=4)), pictures(), tmp_path, cpu)


def test_a_run_remembers_the_row_whose_weights_it_began_with(tmp_path: Path, small_row, pictures, cpu) -> None:  # type: ignore[no-untyped-def]
    row = small_row(train=TrainTable(epochs=1, batch=8))
    steps.fit(start_run(row, pictures(), tmp_path / "first", cpu, "full", Opening()))
    weights = tmp_path / "first" / "net.pt"
    run_row(row, pictures(), tmp_path / "second", cpu, start=weights)
    assert open_run(tmp_path / "second", pictures(), cpu, Opening()).start == "first"
    assert open_run(tmp_path / "first", pictures(), cpu, Opening()).start == ""


def test_other_data_than_the_run_saw_is_refused(tmp_path: Path, small_row, pictures, cpu) -> None:  # type: ignore[no-untyped-def]
    row = small_row(train=TrainTable(epochs=1, batch=8))
    steps.fit(start_run(row, pictures(), tmp_path, cpu, "full", Opening()))
    with pytest.raises(RunError, match="the data is not what the run was fitted on"):
        open_run(tmp_path, pictures(patients=40), cpu, Opening())


def test_the_papers_count_is_asserted_before_hours_of_training(tmp_path: Path, small_row, pictures, cpu) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RunError, match="split 'test' has 10 images; the paper's has 1438"):
        run_row(small_row(n=1438), pictures(), tmp_path, cpu)
    assert not (tmp_path / "fit").exists()


def test_calibrating_where_the_training_stopped_needs_permission_and_is_written_down(
    tmp_path: Path, small_row, pictures, cpu
) -> None:  # type: ignore[no-untyped-def]
    run = start_run(small_row(), pictures(), tmp_path, cpu, "full", Opening())
    model = steps.fit(run)
    with pytest.raises(CalibrationSplitError, match="also chose the network"):
        steps.calibrate(run, model, "selection")
    assert not run.folder.calibration.exists()
    steps.calibrate(steps.with_same_split(run), model, "selection")
    assert json.loads(run.folder.calibration.read_text())["same_split"] is True
    assert steps.calibrated(run).document["split"] == "selection"


def test_missing_and_damaged_files_are_one_line(tmp_path: Path, small_row, pictures, cpu) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RunError, match="is no run folder"):
        open_run(tmp_path, pictures(), cpu, Opening())
    run = start_run(small_row(), pictures(), tmp_path, cpu, "full", Opening())
    with pytest.raises(RunError, match="does not exist"):
        steps.fitted(run)
    with pytest.raises(RunError, match="run `python -m training calibrate` first"):
        steps.calibrated(run)
    run.folder.calibration.write_text('{"calibrator": 3}')
    with pytest.raises(RunError, match="is not a calibration"):
        steps.calibrated(run)
    with pytest.raises(RunError, match=r"predictions\.csv does not exist"):
        read_predictions(run.folder.predictions, ("evaluation",))


def test_a_device_that_is_not_there_is_one_line(tmp_path: Path, small_row, pictures) -> None:  # type: ignore[no-untyped-def]
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a CUDA device; the refusal is of machines without one")
    with pytest.raises(RunError, match="torch sees no CUDA device on this machine; use --accelerator cpu"):
        run_row(small_row(), pictures(), tmp_path, Machine("gpu", "1", "32-true"))
    with pytest.raises(RunError, match="accelerator 'gpx' is not one of"):
        Machine("gpx").check()
    with pytest.raises(RunError, match="--num-nodes 0 is not 1 or more"):
        Machine("cpu", nodes=0).check()


def test_an_explainer_that_does_not_exist_is_refused_before_the_fit(tmp_path: Path, small_row, pictures, cpu) -> None:  # type: ignore[no-untyped-def]
    row = small_row(explain=ExplainTable(("gradcamm",)))
    with pytest.raises(RunError, match="explainer 'gradcamm' is not one of gradcam"):
        run_row(row, pictures(), tmp_path, cpu)
    assert not (tmp_path / "fit").exists()


def test_smoke_takes_one_step_of_the_same_path(tmp_path: Path, small_row, pictures, cpu) -> None:  # type: ignore[no-untyped-def]
    row = small_row(train=TrainTable(epochs=40, batch=64, stages=(StageTable(10), StageTable(5))), n=1438)
    own = scaled(row, "smoke")
    assert (own.train.batch, [stage.epochs for stage in own.train.stages], own.input.size, own.n) == (8, [1, 1], 32, 0)
    result = run_row(row, pictures(), tmp_path, cpu, "smoke")
    assert result.metrics["scale"] == "smoke"
    assert scaled(row, "full") is row


def test_places_are_boxes_of_the_class_or_the_mask_of_a_present_one(small_row, pictures, tmp_path: Path, cpu) -> None:  # type: ignore[no-untyped-def]
    run = start_run(small_row(data=DataSettings("chexpert"), loss=LossTable("bce")), pictures("multilabel"), tmp_path,
                    cpu, "full", Opening())  # fmt: skip
    whole = run.data.prepared
    pairs = located(whole)
    assert len(pairs) == 2 * len(whole)
    for place, (row, column) in enumerate(zip(pairs.rows, pairs.columns, strict=True)):
        assert bool(pairs.boxes[place]) == (whole.labels[row, column] == 1)
    assert len(pairs.positive) == int(whole.labels.sum())


def metrics_n(folder: Path) -> int:
    return int(json.loads((folder / "metrics.json").read_text())["n"])


def test_one_map_of_all_classes_stands_for_each_of_them(
    small_row, pictures, tmp_path: Path, cpu, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    run = start_run(small_row(data=DataSettings("chexpert"), loss=LossTable("bce")), pictures("multilabel"), tmp_path,
                    cpu, "full", Opening())  # fmt: skip
    model = build_model(run.row.model, 2, 1, 32, (0.5,), (0.25,)).eval()
    energy = MapMaker(lambda net, outputs: outputs.features.square().mean(dim=1, keepdim=True), "features", ("energy",))
    monkeypatch.setitem(MAKER_OF_METHOD, "energy", energy)
    whole = run.data.prepared
    pairs = located(whole)
    cells = native_maps(model, whole, "energy", pairs, run.machine.evaluation_device(), 8)
    assert len(cells) == len(pairs) > len(whole)
    for first, second in zip(*(np.flatnonzero(pairs.columns == k) for k in (0, 1)), strict=True):
        assert pairs.rows[first] == pairs.rows[second]
        assert np.array_equal(cells[first], cells[second])


@pytest.mark.slow
@pytest.mark.parametrize(("task", "loss", "method"), [("single", "ce", "temperature"), ("multilabel", "bce", "platt")])
def test_any_row_becomes_a_bundle_that_serving_loads(
    task: str, loss: str, method: str, tmp_path: Path, small_row, pictures, cpu
) -> None:  # type: ignore[no-untyped-def]
    table = replace(small_row().calibration, method=method)
    data = DataSettings("busi" if task == "single" else "chexpert")
    row = small_row(data=data, loss=LossTable(loss), calibration=table, export=True)
    result = run_row(row, pictures(task, 64), tmp_path, cpu)
    assert result.bundle == tmp_path / "paper003-small-1.0.0.bundle"
    bundle = Bundle.load(result.bundle)
    assert bundle.contents.task == task
    Draft202012Validator(strict_schema()).validate(bundle.contents.document)
    assert [own.key for own in bundle.findings] == ["left", "right"]
    assert [own.title for own in bundle.findings] == ["Left", "Right"]
    assert "Research use only — not for diagnosis" in bundle.card
    assert "pictures of nobody" in bundle.card
    assert "| left, gradcam |" in bundle.card
    assert bundle.manifest["evidence"]["gate"]["refused"]["n"] == metrics_n(tmp_path)
    run = open_run(tmp_path, pictures(task, 64), cpu, Opening())
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    model, calibration = steps.fitted(run), steps.calibrated(run)
    again = export_row(run, model, calibration, metrics, Naming(output=tmp_path / "again.bundle"))
    assert again.bundle_id == bundle.id
    masked = replace(run, row=replace(run.row, input=replace(run.row.input, mask_filter="otsu")))
    with pytest.raises(RunError, match="'otsu' is no step of serving"):
        export_row(masked, model, calibration, metrics, Naming(output=tmp_path / "masked.bundle"))
    assert not (tmp_path / "masked.bundle").exists()


def test_a_bundle_is_named_after_paper_and_row() -> None:
    assert bundle_name("003", "Fused (no resizer), 25 %") == "paper003-fused-no-resizer-25"


def test_another_process_of_a_distributed_run_waits_and_reads_what_the_first_one_wrote(
    tmp_path: Path, small_row, pictures, cpu, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    row = small_row(train=TrainTable(epochs=1, batch=8))
    first = run_row(row, pictures(), tmp_path, cpu)
    before = (tmp_path / "metrics.json").stat().st_mtime_ns
    monkeypatch.setenv("LOCAL_RANK", "1")
    second = run_row(row, pictures(), tmp_path, cpu)
    assert second.metrics["metrics"]["acc"] == first.metrics["metrics"]["acc"]
    assert (tmp_path / "metrics.json").stat().st_mtime_ns == before


def test_a_split_too_small_for_refits_still_has_metrics_and_no_bundle(
    tmp_path: Path, small_row, pictures, cpu, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    from training.calibration.registry import CalibrationMethod

    def too_small(*_: object) -> list[object]:
        raise ValueError("1 of 20 resamples hold every class; the calibration split is too small")

    monkeypatch.setattr(CalibrationMethod, "refits", too_small)
    with pytest.raises(RunError, match=r"0 refits of the calibrator; a bundle needs 20 \(1 of 20 resamples"):
        run_row(small_row(train=TrainTable(epochs=1, batch=8), export=True), pictures(), tmp_path, cpu)
    assert (tmp_path / "metrics.json").is_file()
    assert not list(tmp_path.glob("*.bundle"))
