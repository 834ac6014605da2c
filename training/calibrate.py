"""Everything fitted on the calibration split: calibrators, operating points, conformal thresholds, map thresholds,
gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.calibration import conformal, map_threshold, ood_gate, operating_point, platt, refits, temperature
from training.calibration.conformal import Conformal
from training.calibration.ood_gate import OodGate
from training.calibration.operating_point import OperatingPoint
from training.calibration.refits import Fit
from training.calibration.scale_bias import ScaleBias
from training.cases import Cases
from training.data.records import FINDINGS
from training.outputs import Outputs

METHODS: dict[str, Fit[ScaleBias]] = {"temperature-per-label": temperature.fit, "platt": platt.fit}
MAP_KINDS = ("gradcam", "classmaps")
FEWEST_PER_CLASS = 5  # conformal sets need 9 at alpha .1 and otherwise answer "uncertain"


class CalibrationError(ValueError):
    """A split that cannot calibrate; names the finding and the counts."""


@dataclass(frozen=True)
class CalibrationSettings:
    """The [calibration] table. phantom_findings are calibrated on phantoms although real images are there: too few
    real positives."""

    method: str = "platt"
    alpha: float = 0.1
    operating_point: str = "youden"
    phantom_findings: tuple[str, ...] = ()
    refits: int = 200
    seed: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(f"calibration method {self.method!r} is not one of {', '.join(METHODS)}")
        for key in self.phantom_findings:
            if key not in FINDINGS:
                raise ValueError(f"phantom_findings {key!r} is not one of {', '.join(FINDINGS)}")


@dataclass(frozen=True)
class FindingCalibration:
    """All of one finding. source: `real` or `phantom`, what it was fitted on."""

    key: str
    method: str
    source: str
    calibrator: ScaleBias
    refits: list[ScaleBias]
    n: int
    n_positive: int
    operating_point: OperatingPoint
    alternatives: list[OperatingPoint]
    roc: list[list[float]]
    conformal: Conformal
    map_thresholds: dict[str, float]


@dataclass(frozen=True)
class Calibration:
    """findings in the order of the logits."""

    findings: tuple[FindingCalibration, ...]
    gate: OodGate
    n: int

    def probabilities(self, logits: NDArray[np.floating]) -> NDArray[np.float64]:
        """Calibrated probabilities [n,K] of raw logits [n,K]."""
        return np.stack([own.calibrator.apply(logits[:, k]) for k, own in enumerate(self.findings)], axis=1)


def calibrate(
    cases: Cases, outputs: Outputs, train_embeddings: NDArray[np.floating], settings: CalibrationSettings
) -> Calibration:
    """Fit on the calibration split `cases` with the network's `outputs` on them. Raises CalibrationError."""
    findings = tuple(_finding(k, cases, outputs, settings) for k in range(len(FINDINGS)))
    balanced = balanced_rows(cases, settings.seed)
    gate = ood_gate.fit(train_embeddings, outputs.embedding[balanced])
    return Calibration(findings, gate, len(cases))


def balanced_rows(cases: Cases, seed: int) -> NDArray[np.intp]:
    """All real cases and as many phantoms, else all phantoms: a gate fitted mostly on phantoms would refuse
    patients."""
    real, phantoms = np.flatnonzero(~cases.is_phantom), np.flatnonzero(cases.is_phantom)
    if len(real) == 0 or len(phantoms) <= len(real):
        return np.concatenate([real, phantoms])
    return np.concatenate([real, np.sort(np.random.default_rng(seed).choice(phantoms, len(real), replace=False))])


def _finding(k: int, cases: Cases, outputs: Outputs, settings: CalibrationSettings) -> FindingCalibration:
    key = FINDINGS[k]
    rows, source = _rows(k, cases, key in settings.phantom_findings)
    logits, labels = outputs.logits[rows, k], cases.labels[rows, k]
    patients = [cases.patients[row] for row in rows]
    calibrator = METHODS[settings.method](logits, labels)
    probabilities = calibrator.apply(logits)
    points = {rule: operating_point.choose(probabilities, labels, rule) for rule in operating_point.RULES}
    return FindingCalibration(
        key, settings.method, source, calibrator,
        refits.bootstrap_refits(METHODS[settings.method], logits, labels, patients, settings.refits, settings.seed),
        len(rows), int(labels.sum()), points.pop(settings.operating_point), list(points.values()),
        operating_point.roc_points(probabilities, labels), conformal.fit(probabilities, labels, settings.alpha),
        {kind: _map_threshold(k, kind, cases, outputs) for kind in MAP_KINDS},
    )  # fmt: skip


def _rows(k: int, cases: Cases, on_phantoms: bool) -> tuple[NDArray[np.intp], str]:
    """Rows with a known label: real ones, or phantoms when asked for or when no real case is there."""
    known = ~np.isnan(cases.labels[:, k])
    phantom = cases.is_phantom
    use_phantoms = on_phantoms or not (known & ~phantom).any()
    rows = np.flatnonzero(known & (phantom if use_phantoms else ~phantom))
    positives = int(np.nansum(cases.labels[rows, k]))
    if min(positives, len(rows) - positives) < FEWEST_PER_CLASS:
        raise CalibrationError(
            f"{FINDINGS[k]}: {positives} positives and {len(rows) - positives} negatives in the calibration split;"
            f" at least {FEWEST_PER_CLASS} of each are needed"
        )
    return rows, "phantom" if use_phantoms else "real"


def _map_threshold(k: int, kind: str, cases: Cases, outputs: Outputs) -> float:
    with_mask = np.flatnonzero((cases.labels[:, k] == 1) & ~np.isnan(cases.masks[:, k]).any(axis=(1, 2)))
    masks: Sequence[NDArray[np.floating]] = cases.masks[with_mask, k].astype(np.float64)
    return map_threshold.fit(outputs.maps(kind)[with_mask, k], np.asarray(masks))
