"""manifest.json of any row's classifier (schema sightline-bundle/1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inference.manifest import SCHEMA_NAME, array_to_json
from training.calibration.manifest_block import FittedOn, manifest_blocks
from training.data.settings import PaperInput
from training.run.calibrate import RowCalibration
from training.run.files import RunError
from training.run.finding_codes import finding_code, finding_key

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
    """What a manifest is made of. head: behind the probabilities. maps: by output name. ece: per class before and after, as
    calibration_metrics names them. data: name of the data set."""

    name: str
    version: str
    created: str
    classes: tuple[str, ...]
    task: str
    data: str
    input: PaperInput
    head: str
    maps: Mapping[str, MapPart]
    dimension: int
    calibration: RowCalibration
    measures: Mapping[str, Any]
    evidence: Mapping[str, Any]


def row_manifest(parts: BundleParts) -> dict[str, Any]:
    """The manifest. Raises RunError for a class whose operating point, or a calibrator whose refits, the calibration
    split could not give."""
    refits = len(parts.calibration.refits)
    if refits < FEWEST_REFITS:
        reason = parts.calibration.document.get("refits_note") or "raise [calibration] refits"
        raise RunError(f"{refits} refits of the calibrator; a bundle needs {FEWEST_REFITS} ({reason})")
    blocks = manifest_blocks(
        parts.calibration.calibrator, parts.calibration.refits, [_fitted_on(parts, name) for name in parts.classes]
    )
    outputs: dict[str, Any] = {"probabilities": {"head": parts.head}, "logits": {"head": parts.head}}
    for kind, own in parts.maps.items():
        entry: dict[str, Any] = {"head": own.head, "layer": own.layer, "height": own.grid[0], "width": own.grid[1]}
        outputs[kind] = entry | ({"class_agnostic": True} if own.class_agnostic else {})
    outputs["embedding"] = {"dimension": parts.dimension}
    document, side = parts.calibration.document, parts.input.side
    return {
        "schema": SCHEMA_NAME,
        "name": parts.name,
        "version": parts.version,
        "created": parts.created,
        "task": parts.task,
        "findings": [_finding(parts, k, name, blocks[k]) for k, name in enumerate(parts.classes)],
        "input": {
            "name": "image", "height": side, "width": side, "channels": 1, "range": [0, 1], "polarity": "bright-dense",
            "intensity": parts.input.intensity, "resize": parts.input.resize,
        },
        "outputs": outputs,
        "calibration": {
            "split": str(document["split"]), "n": parts.calibration.calibrator.n, "note": str(document["note"]),
            "same_split": bool(document["same_split"]),
        },
        "gate": _gate(parts),
        "evidence": dict(parts.evidence),
    }  # fmt: skip


def _finding(parts: BundleParts, k: int, name: str, block: dict[str, Any]) -> dict[str, Any]:
    own = parts.calibration.classes[name]
    if own["operating_point"] is None:
        raise RunError(
            f"class {name!r} has {own['n_positive']} positives of {own['n']} in the calibration split; a bundle needs both"
        )
    return {
        "key": finding_key(name),
        "title": name.replace("_", " "),
        "code": finding_code(name),
        "calibration": block,
        "operating_point": own["operating_point"],
        "roc": own["roc"],
        "conformal": own["conformal"],
        "maps": {
            kind: {"threshold": part.thresholds[k], "scale": "relative", "evidence": part.evidence[k]}
            for kind, part in parts.maps.items()
        },
    }


def _fitted_on(parts: BundleParts, name: str) -> FittedOn:
    own = parts.calibration.classes[name]
    before, after = (_ece(parts.measures.get(when, {}).get(f"ece15_width_{name}")) for when in ("before", "after"))
    return FittedOn(int(own["n"]), int(own["n_positive"]), before, after)


def _ece(document: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if document is None or document["value"] is None:
        return None
    floor = document["noise_floor"]
    return {
        "value": document["value"], "ci": document["ci"], "noise_floor": floor["mean"], "noise_floor_range": floor["range"]
    }  # fmt: skip


def _gate(parts: BundleParts) -> dict[str, Any]:
    rules, gate = GATES.get(parts.data, CHEST), parts.calibration.gate
    return {
        "views": rules["views"], "age_years": ADULT, "modalities": rules["modalities"], "body_parts": rules["body_parts"],
        "ood": {
            "statistic": "mahalanobis", "mean": array_to_json(gate.mean), "precision": array_to_json(gate.precision),
            "threshold": gate.threshold, "quantile": gate.quantile,
        },
    }  # fmt: skip
