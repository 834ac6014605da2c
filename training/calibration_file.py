"""calibration.json: everything a calibration split decided, written by `calibrate`, read by `evaluate` and `export`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from inference.manifest import array_from_json, array_to_json
from training.calibrate import Calibration, FindingCalibration
from training.calibration.conformal import Conformal
from training.calibration.ood_gate import OodGate
from training.calibration.operating_point import OperatingPoint
from training.calibration.scale_bias import ScaleBias
from training.metrics.estimate import Estimate


def write_calibration(path: Path, calibration: Calibration) -> None:
    """Write calibration.json."""
    gate = calibration.gate
    document = {
        "n": calibration.n,
        "findings": [asdict(own) for own in calibration.findings],
        "gate": {
            "mean": array_to_json(gate.mean), "precision": array_to_json(gate.precision),
            "threshold": gate.threshold, "quantile": gate.quantile,
        },
    }  # fmt: skip
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def read_calibration(path: Path) -> Calibration:
    """What write_calibration wrote. Raises FileNotFoundError when the run was not calibrated."""
    if not path.is_file():
        raise FileNotFoundError(
            f"{path.parent.name}/{path.name} does not exist; run `python -m training calibrate` first"
        )
    document = json.loads(path.read_text(encoding="utf-8"))
    gate = document["gate"]
    dimension = int(gate["mean"]["shape"][0])
    mean = array_from_json(gate["mean"], "gate.mean", (dimension,)).astype(np.float32)
    precision = array_from_json(gate["precision"], "gate.precision", (dimension, dimension)).astype(np.float32)
    findings = tuple(_finding(part) for part in document["findings"])
    return Calibration(findings, OodGate(mean, precision, gate["threshold"], gate["quantile"]), document["n"])


def _finding(part: dict[str, Any]) -> FindingCalibration:
    rest = {name: part[name] for name in ("key", "method", "source", "n", "n_positive", "roc", "map_thresholds")}
    return FindingCalibration(
        calibrator=ScaleBias(**part["calibrator"]),
        refits=[ScaleBias(**refit) for refit in part["refits"]],
        operating_point=_point(part["operating_point"]),
        alternatives=[_point(point) for point in part["alternatives"]],
        conformal=Conformal(**part["conformal"]),
        **rest,
    )


def _point(part: dict[str, Any]) -> OperatingPoint:
    rates = (Estimate(**(part[name] | {"ci": tuple(part[name]["ci"])})) for name in ("sensitivity", "specificity"))
    return OperatingPoint(part["rule"], part["threshold"], *rates)
