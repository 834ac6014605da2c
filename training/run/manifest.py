"""manifest.json of any row's classifier (schema sightline-bundle/1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from inference.manifest import SCHEMA_NAME, array_to_json
from training.calibration.manifest_block import FittedOn, manifest_blocks
from training.run.calibrate import PHANTOM, RowCalibration
from training.run.files import RunError
from training.run.finding_codes import finding_code, finding_key
from training.run.steps import RowRun

CHEST = {"views": ["PA", "AP"], "modalities": ["CR", "DX", "RG"], "body_parts": ["CHEST", "THORAX", ""]}
BREAST = {"views": [""], "modalities": ["US"], "body_parts": ["BREAST", ""]}
FEWEST_REFITS = 20  # of the manifest's schema: fewer give no interval
ADULT = [18.0, 100.0]
GATES = {"busi": BREAST}  # every other data set is of chests


@dataclass(frozen=True)
class MapPart:
    """One map output: head behind it, cells, per class the display threshold and how well it points (or None)."""

    head: str
    layer: str
    grid: tuple[int, int]
    thresholds: tuple[float, ...]
    evidence: tuple[dict[str, Any] | None, ...]
    class_agnostic: bool = False


@dataclass(frozen=True)
class BundleParts:
    """What a manifest is made of, for a row's network as for an ensemble. run: with its row and data. head: behind the
    probabilities. maps: by output name. metrics: of the run. differences: largest ones found at export, by output. more:
    what `evidence` says besides. agreement: per class, what it is worth that two maps agree; () where it is not measured."""

    name: str
    version: str
    run: RowRun
    head: str
    maps: Mapping[str, MapPart]
    calibration: RowCalibration
    metrics: Mapping[str, Any]
    differences: Mapping[str, float]
    more: Mapping[str, Any] = field(default_factory=dict)
    agreement: tuple[dict[str, Any] | None, ...] = ()


def row_manifest(parts: BundleParts) -> dict[str, Any]:
    """The manifest. Raises RunError for a class whose operating point, or a calibrator whose refits, the calibration
    split could not give."""
    refits = len(parts.calibration.refits)
    if refits < FEWEST_REFITS:
        reason = parts.calibration.document.get("refits_note") or "raise [calibration] refits"
        raise RunError(f"{refits} refits of the calibrator; a bundle needs {FEWEST_REFITS} ({reason})")
    data, own = parts.run.data, parts.run.row.input
    measures = class_measures(parts.metrics)
    fitted_on = [_fitted_on(parts.calibration, measures, name) for name in data.classes]
    blocks = manifest_blocks(parts.calibration.calibrator, parts.calibration.refits, fitted_on)
    outputs: dict[str, Any] = {"probabilities": {"head": parts.head}, "logits": {"head": parts.head}}
    for kind, part in parts.maps.items():
        entry: dict[str, Any] = {"head": part.head, "layer": part.layer, "height": part.grid[0], "width": part.grid[1]}
        outputs[kind] = entry | ({"class_agnostic": True} if part.class_agnostic else {})
    outputs["embedding"] = {"dimension": len(parts.calibration.gate.mean)}
    document = parts.calibration.document
    return {
        "schema": SCHEMA_NAME,
        "name": parts.name,
        "version": parts.version,
        "created": parts.run.created,
        "task": data.task,
        "findings": [_finding(parts, k, name, blocks[k]) for k, name in enumerate(data.classes)],
        "input": {
            "name": "image", "height": own.side, "width": own.side, "channels": 1, "range": [0, 1],
            "polarity": "bright-dense", "intensity": own.intensity, "resize": own.resize,
        },
        "outputs": outputs,
        "calibration": {
            "split": str(document["split"]), "n": parts.calibration.calibrator.n, "note": str(document["note"]),
            "same_split": bool(document["same_split"]),
        },
        "gate": _gate(parts),
        "evidence": bundle_evidence(parts.run, parts.metrics, parts.differences) | dict(parts.more),
    }  # fmt: skip


def _finding(parts: BundleParts, k: int, name: str, block: dict[str, Any]) -> dict[str, Any]:
    own = parts.calibration.classes[name]
    if own["operating_point"] is None:
        raise RunError(
            f"class {name!r} has {own['n_positive']} positives of {own['n']} in the calibration split; a bundle needs both"
        )
    agreement = parts.agreement[k] if parts.agreement else None
    return {
        "key": finding_key(name),
        "title": _title(name),
        "code": finding_code(name),
        "calibration": block,
        "operating_point": own["operating_point"],
        "roc": own["roc"],
        "conformal": own["conformal"],
        "maps": {
            kind: {"threshold": part.thresholds[k], "scale": "relative", "evidence": part.evidence[k]}
            for kind, part in parts.maps.items()
        },
        **({} if agreement is None else {"agreement": agreement}),
    }


def _title(name: str) -> str:
    """A heading of the page: "lung_opacity" is "Lung opacity", capitals that a data set gives stay."""
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _fitted_on(calibration: RowCalibration, measures: Mapping[str, Any], name: str) -> FittedOn:
    own = calibration.classes[name]
    before, after = (_ece(measures.get(when, {}).get(f"ece15_width_{name}")) for when in ("before", "after"))
    return FittedOn(int(own["n"]), int(own["n_positive"]), before, after)


def _ece(document: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if document is None or document["value"] is None:
        return None
    floor = document["noise_floor"]
    return {
        "value": document["value"], "ci": document["ci"], "noise_floor": floor["mean"], "noise_floor_range": floor["range"]
    }  # fmt: skip


def _gate(parts: BundleParts) -> dict[str, Any]:
    rules, gate = GATES.get(parts.run.row.data.name, CHEST), parts.calibration.gate
    return {
        "views": rules["views"], "age_years": ADULT, "modalities": rules["modalities"], "body_parts": rules["body_parts"],
        "ood": {
            "statistic": "mahalanobis", "mean": array_to_json(gate.mean), "precision": array_to_json(gate.precision),
            "threshold": gate.threshold, "quantile": gate.quantile,
        },
    }  # fmt: skip


def class_measures(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """Calibration errors before and after of each class, of what its calibrator was fitted on: real images, or phantoms."""
    own = metrics["calibration"]
    found = {when: dict(own.get(when, {})) for when in ("before", "after")}
    for name, source in own.get("sources", {}).items():
        if source == PHANTOM and "phantoms" in metrics:
            for when, measures in found.items():
                key = f"ece15_width_{name}"
                measures[key] = metrics["phantoms"]["calibration"][when].get(key)
    return found


def bundle_evidence(run: RowRun, metrics: Mapping[str, Any], differences: Mapping[str, float]) -> dict[str, Any]:
    """What the manifest says of data, split and figures, JSON-ready."""
    phantoms = metrics.get("phantoms")
    beside = {"phantoms": _measured(phantoms)} if phantoms else {}
    own = metrics["calibration"]
    calibration = {key: own.get(key) for key in ("method", "split", "same_split", "note")}
    if "sources" in own:
        calibration["sources"] = {finding_key(name): source for name, source in own["sources"].items()}
    return beside | _measured(metrics) | {
        "command": command_of(run),
        "data": dict(metrics["data"]), "split": metrics["split"], "conformal": own.get("conformal"),
        "calibration": calibration,
        "scale": run.scale, "seed": run.row.train.seed, "export_differences": dict(differences),
    }  # fmt: skip


def _measured(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Of the reported images, or of the phantoms beside them."""
    parts = ("n", "patients", "auc_by_view", "gate", "localisation")
    return {name: figures[name] for name in parts if name in figures} | {"metrics": _shown(figures)}


def command_of(run: RowRun) -> str:
    """As a user would fit the row again."""
    return f"python -m training fit {run.row.paper or run.row.table} --row {run.row.name!r} --scale {run.scale}"


def _shown(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {key: own.get(key) for key in ("value", "ci", "n", "method")}
        for name, own in figures["metrics"].items()
        if name != "seconds"  # another number every time; the bundle of one run is one bundle
    }
