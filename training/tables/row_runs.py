"""Run one row of any kind and gather what the table shows of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from training.data.samples import SINGLE, SampleSet
from training.run.folder import RowFolder, environment
from training.run.hardware import Machine
from training.run.predictions import PredictionRow, read_predictions
from training.run.run_row import run_row
from training.run.scaling import LIMITS
from training.run.settings import REPORTED_SPLITS, Scale
from training.tables.experiment_file import PaperRow
from training.tables.member_rows import ensemble_row, errors_row
from training.tables.row_kinds import ENSEMBLE, ERRORS, TABULAR, TUNE
from training.tables.row_results import Finished
from training.tables.run_evidence import confusion, read_curves, reliability, weighted_rates
from training.tables.tabular_row import tabular_row
from training.tables.tune_row import tune_row

Document = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where and on what a row runs. cache: prepared pixels that rows share. members: folders of the rows it is made of.
    start: weights (a net.pt) it begins with."""

    folder: Path
    key: str
    hardware: Machine
    scale: Scale
    cache: Path | None = None
    members: Mapping[str, Path] = field(default_factory=dict)
    start: Path | None = None
    fresh: bool = False


def run_kind(row: PaperRow, samples: SampleSet | None, task: str, place: Place) -> Finished:
    """Run the row in its folder. samples: None for rows made of members. Raises what the run raises."""
    started = time.time()
    draws = LIMITS[place.scale].draws
    if row.kind == ENSEMBLE:
        found = ensemble_row(row, place.members, task, draws)
    elif row.kind == ERRORS:
        found = errors_row(row, place.members, task)
    elif samples is None:
        raise ValueError(f"row {row.name!r}: kind {row.kind!r} needs data")
    elif row.kind == TABULAR:
        found = tabular_row(row, samples, place.folder, place.scale)
    elif row.kind == TUNE:
        found = tune_row(row, samples, place.folder, place.hardware, place.scale)
    else:
        found = fit_row(row, samples, place)
    return _finished(row, found, place, time.time() - started)


def fit_row(row: PaperRow, samples: SampleSet, place: Place) -> Document:
    """One fit with its calibration, metrics and maps."""
    folder = place.folder
    result = run_row(
        row.settings,
        samples,
        folder,
        place.hardware,
        place.scale,
        cache=place.cache,
        start=place.start,
        fresh=place.fresh,
    )
    predictions = read_predictions(RowFolder(folder).predictions, REPORTED_SPLITS[row.settings.split])
    return {
        "metrics": dict(result.metrics["metrics"]),
        "predictions": predictions,
        "curves": read_curves(folder),
        "facts": _facts(folder, predictions),
        "task": samples.task,
    }


def _facts(folder: Path, predictions: PredictionRow) -> list[tuple[str, str]]:
    splits = RowFolder(folder).data()["splits"]
    counts = ", ".join(f"{name} {count}" for name, count in splits.items() if count)
    return [("images", counts), ("reported on", str(len(predictions.ids)))]


def _finished(row: PaperRow, found: Document, place: Place, seconds: float) -> Finished:
    predictions: PredictionRow | None = found.get("predictions")
    task = found["task"]
    metrics = dict(found["metrics"])
    shown: Document = {}
    if predictions is not None:
        shown = {"reliability": reliability(predictions, task), "confusion": confusion(predictions, task)}
        if task == SINGLE:
            metrics |= weighted_rates(predictions)
    return Finished(
        key=place.key,
        folder=place.folder,
        task=task,
        seed=row.settings.train.seed,
        seconds=round(seconds, 2),
        metrics={name: _plain(document) for name, document in metrics.items()},
        curves=found.get("curves", {}),
        facts=[list(pair) for pair in found.get("facts", ())],
        tables=list(found.get("tables", ())),
        lists=dict(found.get("lists", {})),
        n=len(predictions.ids) if predictions is not None else 0,
        machine=environment(),
        **shown,
    )


def _plain(value: Any) -> Any:
    """numpy scalars and arrays as JSON has them; what is not finite becomes null."""
    if isinstance(value, dict):
        return {str(name): _plain(own) for name, own in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(own) for own in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    return None if isinstance(value, float) and not np.isfinite(value) else value
