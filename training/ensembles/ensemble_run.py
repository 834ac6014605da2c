"""Several finished runs as one: weights, merged graph, its own metrics, calibration.json, card and bundle (methods.md
§11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from training.calibration.graph import graph_module
from training.data.paper_splits import SELECTION
from training.data.samples import SINGLE
from training.ensembles.exported_classifier import ExportedClassifier
from training.ensembles.genetic import (
    GeneticResult,
    GeneticSettings,
    evolve,
    f1_macro_fitness,
    f1_multilabel_fitness,
)
from training.ensembles.voting import equal_weights
from training.explained import explained, merge_ensemble
from training.explained.export import export_checked
from training.explained.graph import GRADCAM
from training.models.classifier import Classifier
from training.run import steps
from training.run.calibrate import RowCalibration
from training.run.card import CardFacts, row_card
from training.run.export import (
    Exported,
    Naming,
    check_images,
    graph_metadata,
    map_evidence,
    map_thresholds,
    refuse_unservable,
    write_checked,
)
from training.run.files import RunError, write_json, write_text
from training.run.folder import RowFolder, environment
from training.run.manifest import BundleParts, MapPart, row_manifest
from training.run.report import row_report
from training.run.steps import RowRun
from training.run.toml_text import settings_toml

AVERAGE, GENETIC, GIVEN = "average", "ga", "weights"
METHODS = (AVERAGE, GENETIC, GIVEN)
HEAD = "ensemble"


@dataclass(frozen=True)
class EnsemblePlan:
    """method: average, ga or weights (then `weights`, one per member)."""

    method: str = AVERAGE
    weights: tuple[float, ...] = ()
    genetic: GeneticSettings = field(default_factory=GeneticSettings)
    naming: Naming = field(default_factory=lambda: Naming("ensemble"))

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(f"ensemble method {self.method!r} is not one of {', '.join(METHODS)}")


@dataclass(frozen=True)
class Member:
    """One run with its network and its calibration."""

    run: RowRun
    model: Classifier
    calibration: RowCalibration


@dataclass(frozen=True)
class EnsembleResult:
    """weights: by the members' names, sum 1. search: of the genetic algorithm, None for the others."""

    weights: dict[str, float]
    metrics: dict[str, Any]
    search: GeneticResult | None
    bundle: Exported

    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        search = self.search
        return {
            "weights": self.weights,
            "search": None if search is None else {
                "fitness": search.fitness, "mean": search.mean, "sd": search.sd, "restarts": list(search.restarts)
            },
            "bundle": str(self.bundle.path), "id": self.bundle.bundle_id, "differences": self.bundle.differences,
            "n": self.metrics["n"], "split": self.metrics["split"],
            "metrics": {
                name: self.metrics["metrics"][name]
                for name in ("acc", "auc_mean", "auc_ovr", "f1_macro", "loss")
                if name in self.metrics["metrics"]
            },
        }  # fmt: skip


def load_members(runs: Sequence[RowRun]) -> list[Member]:
    """Networks and calibrations of finished runs. Raises RunError when the runs do not vote on the same question."""
    if len(runs) < 2:
        raise RunError(f"{len(runs)} runs; an ensemble needs two or more")
    first = runs[0]
    names = [run.row.name for run in runs]
    if len(set(names)) < len(names):
        raise RunError(f"members {', '.join(names)}: names must differ")
    for run in runs[1:]:
        if run.data.classes != first.data.classes or run.data.task != first.data.task:
            raise RunError(
                f"member {run.row.name!r} answers {run.data.task} {', '.join(run.data.classes)}; the first answers"
                f" {first.data.task} {', '.join(first.data.classes)}"
            )
        if dict(run.data.assignment) != dict(first.data.assignment):
            raise RunError(f"member {run.row.name!r} has another split than {first.row.name!r}; a vote would leak")
    return [Member(run, steps.fitted(run), steps.calibrated(run)) for run in runs]


def make_ensemble(runs: Sequence[RowRun], folder: Path, plan: EnsemblePlan) -> EnsembleResult:
    """Find the weights, merge and export the graph, and evaluate the exported graph on the members' reported split.

    The members' own calibrated probabilities vote; the vote is calibrated no further. Raises RunError, ExportMismatch,
    NotExportable; the folder then holds no bundle.
    """
    members = load_members(runs)
    largest = max(members, key=lambda member: member.run.row.input.side)
    for member in members:
        refuse_unservable(member.run.row.input, member.run.row.data.crop)
        _same_preparation(member, largest)
    weights, search = _weights(members, plan)
    run = _ensemble_run(members, largest, folder)
    graph = merge_ensemble(
        [explained(member.model.cpu(), graph_module(member.calibration.calibrator)) for member in members],
        weights.tolist(), run.data.task,
    ).eval()  # fmt: skip
    images = check_images(run.row.input)
    name, side = plan.naming.name, run.row.input.side
    onnx_bytes, differences = export_checked(
        graph, graph, (side, side), graph_metadata(name, plan.naming.version, run), images
    )
    rounded = {key: float(f"{value:.2g}") for key, value in differences.items()}
    model = ExportedClassifier(onnx_bytes, [member.model for member in members], len(run.data.classes), side)
    calibration = steps.calibrate(run, model)
    metrics = steps.evaluate(run, model, calibration)
    named = {member.run.row.name: round(float(own), 6) for member, own in zip(members, weights, strict=True)}
    maps = {GRADCAM: _maps(run, model, graph.grid)}
    more = {"members": named, "ensemble": plan.method}
    parts = BundleParts(name, plan.naming.version, run, HEAD, maps, calibration, metrics, rounded, more)
    remarks = _remarks(named, plan, search)
    facts = CardFacts(name, plan.naming.version, run.row, metrics, rounded, maps, calibration.classes, remarks=remarks)
    card = row_card(facts)
    path = plan.naming.output or folder / f"{name}-{plan.naming.version}.bundle"
    exported = Exported(path, write_checked(path, row_manifest(parts), onnx_bytes, card, images), rounded)
    result = EnsembleResult(named, metrics, search, exported)
    write_json(folder / "ensemble.json", steps.finite({"method": plan.method} | result.document()))
    write_text(folder / "report.md", row_report(run, metrics))
    return result


def _same_preparation(member: Member, largest: Member) -> None:
    own, other = member.run.row.input, largest.run.row.input
    if (own.resize, own.intensity) != (other.resize, other.intensity):
        raise RunError(
            f"member {member.run.row.name!r} is prepared by {own.resize}, {own.intensity}; one graph has one input, of"
            f" {other.resize}, {other.intensity}"
        )


def _weights(members: Sequence[Member], plan: EnsemblePlan) -> tuple[NDArray[np.float64], GeneticResult | None]:
    if plan.method == AVERAGE:
        return equal_weights(len(members)), None
    if plan.method == GIVEN:
        weights = np.asarray(plan.weights, np.float64)
        if len(weights) != len(members) or (weights < 0).any() or weights.sum() <= 0:
            raise RunError(f"weights {list(plan.weights)} for {len(members)} members; allowed is one each, from 0 on")
        return weights / weights.sum(), None
    data = members[0].run.data
    split = SELECTION if data.has(SELECTION) else data.selecting
    found = [steps.predicted(member.run, member.model, split) for member in members]
    probabilities = np.stack(
        [member.calibration.probabilities(own.logits) for member, own in zip(members, found, strict=True)]
    )
    fitness_of = f1_macro_fitness if data.task == SINGLE else f1_multilabel_fitness
    search = evolve(len(members), fitness_of(probabilities, found[0].labels), plan.genetic)
    return search.weights, search


def _ensemble_run(members: Sequence[Member], largest: Member, folder: Path) -> RowRun:
    """A run whose row is the largest member's with the ensemble's name: data, input and split are its."""
    own = largest.run
    explain = replace(own.row.explain, methods=(GRADCAM,))
    table = replace(own.row.calibration, method="none", same_split=own.row.calibration.same_split)
    name = "ensemble of " + ", ".join(member.run.row.name for member in members)
    row = replace(own.row, name=name, explain=explain, calibration=table)
    place = RowFolder(folder)
    write_text(place.frozen, settings_toml(row))
    write_json(folder / "environment.json", environment())
    created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    write_json(folder / "run.json", {"scale": own.scale, "created": created})
    write_json(folder / "data.json", own.folder.data())
    write_text(place.split, own.folder.split.read_text(encoding="utf-8"))
    return RowRun(place, row, own.scale, own.machine, own.data, created)


def _maps(run: RowRun, model: Classifier, grid: tuple[int, int]) -> MapPart:
    layer = "weighted mean of the members' maps"
    return MapPart(HEAD, layer, grid, map_thresholds(run, model, GRADCAM), map_evidence(run, model, GRADCAM))


def _remarks(weights: dict[str, float], plan: EnsemblePlan, search: GeneticResult | None) -> tuple[str, ...]:
    shown = ", ".join(f"{name} {weight:.4f}" for name, weight in weights.items())
    lines = [f"An ensemble ({plan.method}): {shown}. The members' calibrated probabilities are averaged."]
    if search is not None:
        lines.append(
            f"Weights by a genetic algorithm on the selection split, which also stopped every member's training: F1 macro"
            f" {search.fitness:.4f} there; over {len(search.restarts)} restarts {search.mean:.4f} ± {search.sd:.4f}."
        )
    return tuple(lines)
