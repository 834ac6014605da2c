"""fit, calibrate, evaluate, explain and export of rows."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from training.commands.run_folders import (
    machine,
    one_experiment,
    opened,
    opening,
    refuse_old_recipe,
    row_folder,
    rows_samples,
)
from training.data.paper_splits import CALIBRATION
from training.run import steps
from training.run.calibrate import RowCalibration
from training.run.export import Naming, export_row
from training.run.files import RunError, read_json, write_bytes
from training.run.fit import stage_documents
from training.run.run_row import is_first_process, run_row
from training.run.steps import RowRun
from training.settings_reader import ExperimentError
from training.tables.experiment_file import PaperExperiment, PaperRow
from training.tables.row_kinds import FIT
from training.tables.row_results import slug

Answer = dict[str, Any]
HEADLINES = ("acc", "auc_mean", "auc_ovr", "f1_macro", "loss", "ece_before", "ece_after")


def fit(args: argparse.Namespace) -> Answer:
    """Fit the rows of a table that are one fit each (all of the scale's, or --row), each in a folder of its own."""
    refuse_old_recipe(args.run)
    experiment = one_experiment(args)
    found: Answer = {}
    for row in _rows(experiment, tuple(args.row)):
        samples, made = rows_samples(experiment, row.settings, args)
        folder = args.run / slug(row.name)
        settings = row.settings if args.seed is None else _seeded(row.settings, args.seed)
        start = _start(row, args.run)
        run = steps.start_run(
            settings, samples, folder, machine(args), args.scale, opening(args, args.run, made, start)
        )
        model = steps.fit(run, start)
        if is_first_process():
            steps.write_selection(run, model)
            found[row.name] = _fit_answer(run, folder)
    return {"experiment": experiment.name, "scale": args.scale, "run": str(args.run), "rows": found}


def bundle(args: argparse.Namespace) -> Answer:
    """Every step of the rows, from images to bundles: fit, calibrate, evaluate, explain, and export those that say so or
    are named. What is finished is kept."""
    refuse_old_recipe(args.run)
    experiment = one_experiment(args)
    found: Answer = {}
    bundles = []
    for row in _rows(experiment, tuple(args.row)):
        samples, made = rows_samples(experiment, row.settings, args)
        folder, opened_as = args.run / slug(row.name), opening(args, args.run, made)
        settings = replace(row.settings, export=row.settings.export or row.name in args.row)
        print(f"{row.name}: {len(samples)} images", file=sys.stderr, flush=True)
        result = run_row(
            settings, samples, folder, machine(args), args.scale, cache=opened_as.cache, workers=args.workers,
            start=_start(row, args.run) or args.start, fresh=args.fresh, made=made,
        )  # fmt: skip
        found[row.name] = {"folder": str(folder), "seconds": round(result.seconds)}
        if result.bundle is not None:
            bundles.append(result.bundle)
            found[row.name] |= {"bundle": str(result.bundle)}
    if args.output is not None:
        if len(bundles) != 1:
            raise RunError(f"--output is for one bundle, here are {len(bundles)}; name one row with --row")
        write_bytes(args.output, bundles[0].read_bytes())
    return {"experiment": experiment.name, "scale": args.scale, "run": str(args.run), "rows": found}


def _rows(experiment: PaperExperiment, names: tuple[str, ...]) -> list[PaperRow]:
    wanted = names or tuple(name for name in experiment.run_rows if experiment.row(name).kind == FIT)
    for name in wanted:
        kind = experiment.row(name).kind
        if kind != FIT:
            raise ExperimentError(
                f"{experiment.name}: row {name!r} is of kind {kind}, not one fit; use tune, ensemble or reproduce"
            )
    needed = experiment.with_needed(wanted) if not names else wanted
    rows = [experiment.row(name) for name in needed]
    return [row for row in rows if row.kind == FIT]


def _start(row: PaperRow, run: Path) -> Path | None:
    if not row.start:
        return None
    weights = run / slug(row.start) / "net.pt"
    if not weights.is_file():
        raise RunError(f"row {row.name!r} starts with the weights of row {row.start!r}; fit that one first")
    return weights


def _seeded(settings: Any, seed: int) -> Any:
    return replace(settings, train=replace(settings.train, seed=seed))


def _fit_answer(run: RowRun, folder: Path) -> Answer:
    stages = stage_documents(folder)
    last = stages[-1]
    return {
        "folder": str(folder), "splits": run.folder.data()["splits"], "best_epoch": last["best_epoch"],
        "best": last["best"], "stages": len(stages),
    }  # fmt: skip


def calibrate(args: argparse.Namespace) -> Answer:
    """Fit calibrator, operating points, conformal thresholds and gate; refuses a split that stopped the training."""
    run = opened(row_folder(args.run, args.row), args)
    if args.same_split:
        run = steps.with_same_split(run)
    if args.method:
        run = steps.with_method(run, args.method)
    split = args.split or (CALIBRATION if run.data.has(CALIBRATION) else run.data.selecting)
    calibration = steps.calibrate(run, steps.fitted(run), split)
    classes = {
        name: {key: own[key] for key in ("n", "n_positive", "operating_point", "conformal")}
        for name, own in calibration.classes.items()
    }
    return {
        "run": str(run.folder.path), "method": calibration.calibrator.method, **calibration.document, "classes": classes,
        "gate_threshold": calibration.gate.threshold,
    }  # fmt: skip


def evaluate(args: argparse.Namespace) -> Answer:
    """metrics.json and predictions.csv of a split; calibrated where calibrate has run."""
    run = opened(row_folder(args.run, args.row), args)
    metrics = steps.evaluate(run, steps.fitted(run), _calibration(run), args.split)
    if args.json:
        return steps.finite(metrics)  # type: ignore[no-any-return]
    shown = [name for name in (*(run.row.metrics or HEADLINES), *run.row.expected) if name in metrics["metrics"]]
    lines = {name: _line(metrics["metrics"][name]) for name in dict.fromkeys(shown)}
    return {"run": str(run.folder.path), "split": metrics["split"], "n": metrics["n"], "metrics": lines}


def _line(document: dict[str, Any]) -> str:
    value = "-" if document["value"] is None else f"{document['value']:.4g}"
    ci = document.get("ci")
    return f"{value} ({ci[0]:.4g} to {ci[1]:.4g}), n {document['n']}" if ci else value


def _calibration(run: RowRun) -> RowCalibration | None:
    return steps.calibrated(run) if run.folder.calibration.is_file() else None


def explain(args: argparse.Namespace) -> Answer:
    """Maps of any methods, overlays, layers and the list of wrong answers, under maps/."""
    run = opened(row_folder(args.run, args.row), args)
    if args.overlays is not None:
        run = steps.with_overlays(run, args.overlays)
    found = steps.explain(run, steps.fitted(run), tuple(args.method), args.images, args.split)
    return {"run": str(run.folder.path), "maps": str(run.folder.maps), "methods": {own["method"]: own for own in found}}


def export(args: argparse.Namespace) -> Answer:
    """NAME-VERSION.bundle of a calibrated and evaluated run."""
    run = opened(row_folder(args.run, args.row), args)
    calibration = steps.calibrated(run)
    metrics = read_json(run.folder.metrics, "run `python -m training evaluate` first")
    if metrics["calibration"].get("method") != calibration.calibrator.method:
        raise RunError(f"{run.folder.path.name}: metrics.json is of another calibration; run evaluate again")
    naming = Naming(args.name, args.bundle_version, args.output)
    found = export_row(run, steps.fitted(run), calibration, metrics, naming)
    notes = calibration.document.get("notes", {})
    return {
        "bundle": str(found.path),
        "id": found.bundle_id,
        "differences": found.differences,
        "calibration_notes": notes,
    }
