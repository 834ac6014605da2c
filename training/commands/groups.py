"""tune, ensemble and compare: verbs on more than one fit."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from training.commands.run_folders import machine, one_experiment, opened, opening, row_folder, rows_samples
from training.compare import RunCases, compare_runs
from training.data.samples import SINGLE
from training.ensembles.ensemble_run import EnsemblePlan, make_ensemble
from training.ensembles.genetic import GeneticSettings
from training.error_analysis import analyse_errors
from training.run.export import Naming
from training.run.files import RunError, write_json
from training.run.folder import RowFolder
from training.run.predictions import read_predictions
from training.run.settings import REPORTED_SPLITS
from training.run.steps import finite
from training.settings_reader import ExperimentError
from training.tables.experiment_file import PaperRow
from training.tables.row_kinds import TUNE
from training.tables.row_results import slug
from training.tuning.search_space import Space
from training.tuning.tune_row import TunePlan, search_document, tune_row

Answer = dict[str, Any]


def tune(args: argparse.Namespace) -> Answer:
    """Search the space of a row of kind tune (or of a fit row, with the paper's space)."""
    experiment = one_experiment(args)
    names = [row.name for row in experiment.rows if row.kind == TUNE]
    if args.row is None and len(names) != 1:
        known = ", ".join(repr(name) for name in names) or "none"
        raise ExperimentError(f"{experiment.name} has {len(names)} rows to tune ({known}); name one with --row")
    row = experiment.row(args.row or names[0])
    samples, made = rows_samples(experiment, row.settings, args)
    folder = args.run / slug(row.name)
    plan = _plan(row, args)
    found = tune_row(row.settings, samples, folder, machine(args), args.scale, plan, opening(args, args.run, made))
    return {"run": str(folder), "best_toml": str(folder / "best.toml"), **search_document(found, plan)}


def _plan(row: PaperRow, args: argparse.Namespace) -> TunePlan:
    own = row.tune
    low, high = own.dropout
    space = Space(own.layers, (low, high), (own.width[0], own.width[1], own.width[2]), own.lr)
    return TunePlan(
        args.engine or own.engine, space, args.trials or own.trials, args.budget or own.budget, own.factor, own.seed
    )


def ensemble(args: argparse.Namespace) -> Answer:
    """One graph, one card and one bundle of several runs."""
    runs = [opened(row_folder(path, None), args) for path in args.runs]
    genetic = GeneticSettings(restarts=args.restarts, seed=args.seed)
    weights = tuple(float(own) for own in args.weights.split(",")) if args.weights else ()
    method = "weights" if weights and args.method == "average" else args.method
    plan = EnsemblePlan(method, weights, genetic, Naming(args.name, args.bundle_version, args.output))
    found = make_ensemble(runs, args.run, plan)
    return {"run": str(args.run), "method": method, **finite(found.document())}


def compare(args: argparse.Namespace) -> Answer:
    """Every run against the first, on the cases both hold; with three or more of a single-label task, who errs alone."""
    folders = [row_folder(path, None) for path in args.runs]
    if len(folders) < 2:
        raise RunError(f"{len(folders)} run; compare needs two or more")
    cases = [_cases(folder, args.split, args.maps) for folder in folders]
    if len({own.name for own in cases}) < len(cases):
        cases = [_named(own, folder) for own, folder in zip(cases, folders, strict=True)]
    report: Answer = {"pairs": [compare_runs(cases[0], other, draws=args.draws) for other in cases[1:]]}
    if cases[0].task == SINGLE:
        report["errors"] = _errors(cases)
    report = finite(report)
    if args.output:
        write_json(args.output, report)
    return report if args.json else _short(report)


def _cases(folder: Path, split: str, maps: str) -> RunCases:
    place = RowFolder(folder)
    row = place.settings()
    name = split or row.split
    if name not in REPORTED_SPLITS:
        raise RunError(f"split {name!r} is not one of {', '.join(REPORTED_SPLITS)}")
    own = read_predictions(place.predictions, REPORTED_SPLITS[name])
    if not maps:
        return RunCases(row.name, place.data()["task"], own.classes, own.ids, own.patients, own.logits, own.labels)
    path = place.maps / f"{maps}.npz"
    if not path.is_file():
        raise RunError(
            f"{folder.name}/maps/{maps}.npz does not exist; run `python -m training explain --method {maps}` first"
        )
    with np.load(path) as kept:
        rows = {str(image): kept["maps"][number] for number, image in enumerate(kept["ids"])}
    chosen = [number for number, image in enumerate(own.ids) if image in rows]
    if not chosen:
        raise RunError(f"{folder.name}/maps/{maps}.npz holds no image of split {name!r}; explain that split")
    return RunCases(
        row.name, place.data()["task"], own.classes, tuple(own.ids[i] for i in chosen),
        tuple(own.patients[i] for i in chosen), own.logits[chosen], own.labels[chosen],
        np.stack([rows[own.ids[i]] for i in chosen]),
    )  # fmt: skip


def _named(cases: RunCases, folder: Path) -> RunCases:
    from dataclasses import replace

    return replace(cases, name=str(folder))


def _errors(cases: list[RunCases]) -> Answer:
    shared = [image for image in cases[0].ids if all(image in own.ids for own in cases)]
    answers = {}
    for own in cases:
        place = {image: row for row, image in enumerate(own.ids)}
        answers[own.name] = own.logits.argmax(axis=1)[[place[image] for image in shared]]
    place = {image: row for row, image in enumerate(cases[0].ids)}
    truth = cases[0].labels.argmax(axis=1)[[place[image] for image in shared]]
    return analyse_errors(answers, truth, shared).document()


def _short(report: Answer) -> Answer:
    """Without the image lists."""
    pairs = {}
    for own in report["pairs"]:
        key = f"{own['second']} against {own['first']}"
        areas = {name: f"{area['first']} -> {area['second']}, p {area['p']}" for name, area in own["auc"].items()}
        tests = own["mcnemar"] if "p" not in own["mcnemar"] else {"all classes": own["mcnemar"]}
        counts = {
            name: f"only first right {test['only_first']}, only second right {test['only_second']}, p {test['p']}"
            for name, test in tests.items()
        }
        pairs[key] = {"n": own["n"], "auc": areas, "mcnemar": counts}
        if "maps" in own:
            pairs[key]["maps"] = {
                name: f"correlation {part['correlation']['value']}" for name, part in own["maps"].items()
            }
    errors = report.get("errors")
    if errors is None:
        return pairs
    return pairs | {"errors": {"all wrong": errors["all_wrong"]["count"], "all right": errors["all_right"]["count"]}}
