"""The steps of a row, each on the folder that the one before left: fit, calibrate, evaluate, explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from training.data.paper_splits import CALIBRATION, EVALUATION, SELECTION, TRAIN
from training.data.prepared import PreparedSet
from training.data.samples import SampleSet
from training.models.classifier import Classifier
from training.models.retinanet import RetinaNetBaseline
from training.run import evaluate as evaluation
from training.run.calibrate import (
    CalibrationInput,
    FittedWith,
    RowCalibration,
    balanced_rows,
    calibrate_row,
    read_row_calibration,
    write_row_calibration,
)
from training.run.data import RowData, row_data
from training.run.explain import ACTIVATIONS, check_methods, write_error_list, write_maps
from training.run.files import RunError, read_json, write_json
from training.run.fit import FitOptions, fit_model, fitted_model, stage_documents
from training.run.folder import RowFolder
from training.run.hardware import Machine
from training.run.maps import PointingQuestion, localisation_of, located
from training.run.predictions import Predictions, join_predictions, predict, write_predictions
from training.run.scaling import LIMITS, Limits, scaled
from training.run.settings import REPORTED_SPLITS, SCALES, RowSettings, Scale
from training.run.stage_plan import stage_plan

# More say nothing new about a mean and a covariance, and each costs a forward pass.
GATE_IMAGES = 5000
EVALUATION_BATCH = 64


@dataclass(frozen=True)
class RowRun:
    """A run folder with its data at hand. row: as it is frozen, scaled already."""

    folder: RowFolder
    row: RowSettings
    scale: Scale
    machine: Machine
    data: RowData
    created: str = ""  # when the run began; a bundle exported twice is one bundle
    start: str = ""  # the row whose weights it began with

    @property
    def limits(self) -> Limits:
        """Of the scale."""
        return LIMITS[self.scale]

    @property
    def batch(self) -> int:
        """Of evaluation; larger images take smaller batches."""
        return max(1, min(EVALUATION_BATCH, EVALUATION_BATCH * 224**2 // self.row.input.side**2))


@dataclass(frozen=True)
class Opening:
    """How a run folder is opened. cache: folder of prepared pixels, None = in memory. workers: processes that decode.
    fresh: forget what was fitted. made: where made images lie, from the folder above the run's; "" = real ones. start:
    weights (a net.pt in the folder of their row) the fit begins with."""

    cache: Path | None = None
    workers: int = 1
    fresh: bool = False
    made: str = ""
    start: Path | None = None


def start_run(
    row: RowSettings, samples: SampleSet, folder: Path, device: Machine, scale: Scale, opening: Opening
) -> RowRun:
    """Freeze the row at its scale in the folder, split and prepare its images.

    Raises RunError: other settings are there already, a device is missing, or the reported set is not of the paper's n.
    """
    if scale not in SCALES:
        raise RunError(f"scale {scale!r} is not one of {', '.join(SCALES)}")
    own, place = scaled(row, scale), RowFolder(folder)
    device.check()
    check_methods(own.explain.methods)
    place.freeze(own, opening.fresh)
    begun = _begun(place, scale, opening)
    data = row_data(own, samples, place, LIMITS[scale], opening.cache, opening.workers)
    run = RowRun(place, own, scale, device, data, begun["created"], begun["start"])
    if scale == "full" and own.n and len(data.reported(own.split)) != own.n:
        raise RunError(
            f"{own.name}: split {own.split!r} has {len(data.reported(own.split))} images; the paper's has {own.n}"
        )
    return run


def open_run(folder: Path, samples: SampleSet, device: Machine, opening: Opening) -> RowRun:
    """A run folder that `fit` left, with the same data. Raises RunError when the data is another."""
    place = RowFolder(folder)
    row = place.settings()
    begun = read_json(place.path / "run.json", "run `python -m training fit` first")
    scale: Scale = begun["scale"]
    device.check()
    before = place.data()["fingerprint"]
    data = row_data(row, samples, place, LIMITS[scale], opening.cache, opening.workers)
    found = place.data()["fingerprint"]
    if found != before:
        raise RunError(
            f"{folder.name}: the data is not what the run was fitted on (fingerprint {found[:12]}, was {before[:12]});"
            " use the same --data, or fit again with --fresh"
        )
    return RowRun(place, row, scale, device, data, begun["created"], begun.get("start", ""))


def _begun(place: RowFolder, scale: Scale, opening: Opening) -> dict[str, str]:
    """run.json: scale, when the run began (kept when the run goes on), and what it began with."""
    path = place.path / "run.json"
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if path.is_file():
        created = read_json(path, "delete it")["created"]
    start = opening.start.parent.name if opening.start else ""
    begun = {"scale": str(scale), "created": created, "made": opening.made, "start": start}
    write_json(path, begun)
    return begun


def fit(run: RowRun, start: Path | None = None, extra: Sequence[Any] = ()) -> Classifier:
    """Fit or go on, and keep net.pt."""
    options = FitOptions(run.machine, start, run.limits.steps, tuple(extra))
    return fit_model(run.row, run.data, run.folder.path, options)


def fitted(run: RowRun) -> Classifier:
    """The network that fit kept."""
    return fitted_model(run.row, run.data, run.folder.path)


def predicted(run: RowRun, model: Classifier, *splits: str) -> Predictions:
    """Predictions of these splits, in their order; each image once."""
    device = run.machine.evaluation_device()
    parts = [predict(model, run.data.of(name), device, run.batch) for name in splits if run.data.has(name)]
    if not parts:
        raise RunError(f"{run.row.name}: no image in split {' or '.join(splits)}")
    return join_predictions(parts)


def calibrate(run: RowRun, model: Classifier, split: str = CALIBRATION) -> RowCalibration:
    """Fit on `split`, write calibration.json. Raises CalibrationSplitError where the split's patients chose the network."""
    own = predicted(run, model, split)
    train = run.data.of(TRAIN)
    train = train.select(balanced_rows(run.data.is_drawn(train.ids), run.row.calibration.seed))
    if len(train) > GATE_IMAGES:
        train = train.select(np.sort(np.random.default_rng(0).choice(len(train), GATE_IMAGES, replace=False)))
    embedding = predict(model, train, run.machine.evaluation_device(), run.batch).embedding
    given = CalibrationInput(
        split, own, embedding, sorted(run.data.patients(run.data.selecting)), run.data.classes, run.data.task,
        run.data.is_drawn(own.ids),
    )  # fmt: skip
    fitted_with = FittedWith(stage_plan(run.row)[-1].loss.name, run.row.train.balanced)
    calibration = calibrate_row(given, run.row.calibration, fitted_with)
    write_row_calibration(run.folder.calibration, calibration)
    return calibration


def calibrated(run: RowRun) -> RowCalibration:
    """What calibrate wrote."""
    return read_row_calibration(run.folder.calibration)


def evaluate(run: RowRun, model: Classifier, calibration: RowCalibration | None, split: str = "") -> dict[str, Any]:
    """metrics.json and predictions.csv of the reported split (or another one). Where phantoms stand beside real images, the
    figures are of the real ones, those of the phantoms stand under `phantoms`. Raises RunError for an unknown split."""
    name = split or run.row.split
    if name not in REPORTED_SPLITS:
        raise RunError(f"split {name!r} is not one of {', '.join(REPORTED_SPLITS)}")
    parts = {own: predicted(run, model, own) for own in _held_out(run, name)}
    asked = join_predictions([parts[own] for own in REPORTED_SPLITS[name] if own in parts])
    drawn = run.data.is_drawn(asked.ids)
    is_mixed = bool(drawn.any() and not drawn.all())
    figures = _figures(run, model, asked.select(~drawn) if is_mixed else asked, calibration)
    figures["metrics"] |= evaluation.network_columns(model, stage_documents(run.folder.path))
    document = {
        "row": run.row.name, "paper": run.row.paper, "table": run.row.table, "scale": run.scale, "split": name,
        "task": run.data.task, "classes": list(run.data.classes), "seed": run.row.train.seed, "data": run.folder.data(),
        **figures,
    }  # fmt: skip
    if is_mixed:
        document["phantoms"] = _figures(run, model, asked.select(drawn), calibration)
    write_json(run.folder.metrics, finite(document))
    write_predictions(
        run.folder.predictions, run.data.classes,
        {own: (found, _probabilities(run, found, calibration)) for own, found in parts.items()},
    )  # fmt: skip
    return document


def _figures(run: RowRun, model: Classifier, asked: Predictions, calibration: RowCalibration | None) -> dict[str, Any]:
    reported = evaluation.Reported(asked, run.data.task, run.data.classes, run.limits.draws)
    classification = evaluation.classification_columns(reported)
    calibration_part = evaluation.calibration_report(reported, calibration)
    localisation = localise(run, model, asked)
    columns = evaluation.paper_columns(classification, calibration_part, localisation)
    views = dict(zip(run.data.prepared.ids, run.data.prepared.views, strict=True))
    return {
        "n": len(asked), "patients": len(set(asked.patients)), "metrics": columns, "calibration": calibration_part,
        "localisation": localisation, "auc_by_view": evaluation.area_by_view(reported, [views[own] for own in asked.ids]),
        "gate": {} if calibration is None else evaluation.gate_report(reported, calibration),
    }  # fmt: skip


def localise(run: RowRun, model: Classifier, asked: Predictions) -> dict[str, dict[str, Any]]:
    """§9 of every method in the [explain] table, on the images with a place."""
    table = run.row.explain
    if not table.localisation or not table.methods:
        return {}
    place = {image: row for row, image in enumerate(run.data.prepared.ids)}
    reported = run.data.prepared.select(np.array([place[image] for image in asked.ids], np.intp))
    question = PointingQuestion(
        model, reported, asked, run.data.of(TRAIN), run.machine.evaluation_device(), run.batch, run.limits.draws,
        table.images,
    )  # fmt: skip
    methods = [name for name in table.methods if name != ACTIVATIONS]  # pictures; their heat map is Grad-CAM's
    return {name: localisation_of(question, name, table.settings.get(name, {})) for name in methods}


def explain(
    run: RowRun, model: Classifier, methods: Sequence[str] = (), images: int = 0, split: str = ""
) -> list[dict[str, Any]]:
    """Maps and overlays of some images of a split under maps/, those with a place first; and the list of wrong answers.

    methods: () = those of the row, or Grad-CAM. images: 0 = as many as the row draws overlays of.
    """
    chosen = tuple(methods) or run.row.explain.methods or _native_method(model)
    check_methods(chosen)
    reported = run.data.reported(split or run.row.split)
    first = _most_telling(reported, images or max(run.row.explain.overlays, 1))
    device = run.machine.evaluation_device()
    found = []
    for name in chosen:
        settings = run.row.explain.settings.get(name, {})
        found.append(write_maps(run.folder.maps, model, first, name, settings, device, run.row.explain.overlays))
    own = predict(model, reported, device, run.batch)
    raw = evaluation.raw_probabilities(own.logits, run.data.task)
    write_error_list(run.folder.maps / "errors.csv", reported, raw)
    return found


def _native_method(model: Classifier) -> tuple[str, ...]:
    return ("retinanet",) if isinstance(model, RetinaNetBaseline) else ("gradcam",)


def _most_telling(images: PreparedSet, most: int) -> PreparedSet:
    pairs = located(images)
    with_place = set(pairs.rows[pairs.positive].tolist())
    order = sorted(range(len(images)), key=lambda row: (row not in with_place, row))
    return images.select(np.array(sorted(order[:most]), np.intp))


def _held_out(run: RowRun, reported: str) -> tuple[str, ...]:
    own = (SELECTION, CALIBRATION, EVALUATION, *REPORTED_SPLITS[reported])
    return tuple(name for name in dict.fromkeys(own) if run.data.has(name))


def _probabilities(run: RowRun, found: Predictions, calibration: RowCalibration | None) -> Any:
    if calibration is None:
        return evaluation.raw_probabilities(found.logits, run.data.task)
    return calibration.probabilities(found.logits)


def finite(document: Any) -> Any:
    """NaN and infinities become null; numpy numbers plain ones."""
    if isinstance(document, Mapping):
        return {str(key): finite(value) for key, value in document.items()}
    if isinstance(document, list | tuple):
        return [finite(value) for value in document]
    if isinstance(document, np.generic):
        document = document.item()
    return None if isinstance(document, float) and not np.isfinite(document) else document


def write_selection(run: RowRun, model: Classifier) -> None:
    """predictions.csv of the split that chose the epoch, raw, as `fit` leaves it; `evaluate` replaces it."""
    own = predicted(run, model, run.data.selecting)
    parts = {run.data.selecting: (own, evaluation.raw_probabilities(own.logits, run.data.task))}
    write_predictions(run.folder.predictions, run.data.classes, parts)


def with_same_split(run: RowRun) -> RowRun:
    """The run with its own permission to calibrate where the training stopped."""
    return _with_calibration(run, same_split=True)


def with_method(run: RowRun, method: str) -> RowRun:
    """The run with another calibration method."""
    return _with_calibration(run, method=method)


def _with_calibration(run: RowRun, **keys: Any) -> RowRun:
    return replace(run, row=replace(run.row, calibration=replace(run.row.calibration, **keys)))


def with_overlays(run: RowRun, overlays: int) -> RowRun:
    """The run with another number of pictures."""
    return replace(run, row=replace(run.row, explain=replace(run.row.explain, overlays=overlays)))
