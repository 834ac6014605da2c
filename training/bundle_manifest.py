"""manifest.json of a bundle, from an experiment, its calibration and its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from inference.manifest import SCHEMA_NAME, array_to_json
from training.calibrate import MAP_KINDS, Calibration, FindingCalibration
from training.calibration.manifest_block import FittedOn, manifest_block
from training.experiment import Experiment

TITLES = {"lung_opacity": "Lung opacity", "pleural_effusion": "Pleural effusion", "cardiomegaly": "Cardiomegaly"}
CODES = {
    "lung_opacity": {"scheme": "RADLEX", "value": "RID28530", "meaning": "opacity"},
    "pleural_effusion": {"scheme": "SCT", "value": "60046008", "meaning": "Pleural effusion"},
    "cardiomegaly": {"scheme": "SCT", "value": "8186001", "meaning": "Cardiomegaly"},
}


@dataclass(frozen=True)
class Evidence:
    """ece: per finding {"before", "after"} of held-out cases; pointing: per finding and kind of map; document: shown as it is."""

    ece: dict[str, dict[str, Any]]
    pointing: dict[str, dict[str, Any]]
    document: dict[str, Any]


def build_manifest(
    experiment: Experiment, calibration: Calibration, dimension: int, evidence: Evidence
) -> dict[str, Any]:
    """The manifest of schema sightline-bundle/1."""
    spec, (height, width) = experiment.input, experiment.grid
    size = {"height": height, "width": width}
    return {
        "schema": SCHEMA_NAME,
        "name": experiment.name,
        "version": experiment.version,
        "created": experiment.created,
        "task": "multilabel",
        "findings": [_finding(own, evidence) for own in calibration.findings],
        "input": {
            "name": "image", "height": spec.height, "width": spec.width, "channels": 1, "range": [0, 1],
            "polarity": "bright-dense", "intensity": spec.intensity, "resize": spec.resize,
        },
        "outputs": {
            "probabilities": {"head": "gap-mlp"},
            "logits": {"head": "gap-mlp"},
            "gradcam": {"head": "gap-mlp", "layer": "trunk", **size},
            "classmaps": {"head": "wildcat", **size},
            "embedding": {"dimension": dimension},
        },
        "calibration": {"split": "calibration", "n": calibration.n, "note": _note(calibration)},
        "gate": _gate(experiment, calibration),
        "evidence": evidence.document,
    }  # fmt: skip


def _note(calibration: Calibration) -> str:
    fitted = "; ".join(
        f"{own.key}: {own.n} {own.source} cases, {own.n_positive} positive" for own in calibration.findings
    )
    return f"Fitted on {fitted}. ECE before and after: held-out patients, not this split."


def _finding(own: FindingCalibration, evidence: Evidence) -> dict[str, Any]:
    ece = evidence.ece[own.key]
    return {
        "key": own.key,
        "title": TITLES[own.key],
        "code": CODES[own.key],
        "calibration": manifest_block(
            own.method, own.calibrator, own.refits,
            FittedOn(own.n, own.n_positive, _ece(ece["before"]), _ece(ece["after"])),
        ),
        "operating_point": own.operating_point.document(),
        "roc": own.roc,
        "conformal": own.conformal.document(),
        "maps": {
            kind: {"threshold": own.map_thresholds[kind], "scale": "relative", "evidence": evidence.pointing[own.key][kind]}
            for kind in MAP_KINDS
        },
    }  # fmt: skip


def _ece(report: dict[str, Any]) -> dict[str, Any] | None:
    ece = report["ece15"]
    if ece["value"] is None:
        return None
    return {
        "value": ece["value"],
        "ci": ece["ci"],
        "noise_floor": ece["noise_floor"]["mean"],
        "noise_floor_range": ece["noise_floor"]["range"],
    }


def _gate(experiment: Experiment, calibration: Calibration) -> dict[str, Any]:
    rules, gate = experiment.gate, calibration.gate
    return {
        "views": list(rules.views), "age_years": list(rules.age_years), "modalities": list(rules.modalities),
        "body_parts": list(rules.body_parts),
        "ood": {
            "statistic": "mahalanobis", "mean": array_to_json(gate.mean), "precision": array_to_json(gate.precision),
            "threshold": gate.threshold, "quantile": gate.quantile,
        },
    }  # fmt: skip
