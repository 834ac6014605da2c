"""What two models said of the same cases, as the gates read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from measures.gates.clusters import Codes, patient_codes

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class ModelAnswers:
    """One model's answers to n cases about one finding.

    scores: calibrated probability, NaN where the model refused [n]. flagged: score at or above its own operating point [n].
    pointed: 1 where its map's peak lies in the true region, 0 where not, NaN where no region is known [n]. seconds: time a
    case [n]. peak_bytes: most memory held; None where it was not measured.
    """

    scores: Floats
    flagged: Flags
    pointed: Floats
    seconds: Floats
    peak_bytes: float | None = None

    @property
    def refused(self) -> Flags:
        """Cases without a number."""
        return np.isnan(self.scores)

    def of(self, mask: Flags) -> ModelAnswers:
        """The answers to the cases of the mask."""
        return replace(
            self,
            scores=self.scores[mask],
            flagged=self.flagged[mask],
            pointed=self.pointed[mask],
            seconds=self.seconds[mask],
        )


@dataclass(frozen=True)
class PairedOutputs:
    """n cases of one finding: truth 1, 0 or NaN (unknown), sampling weight (1 / probability of being chosen), patient.

    subgroups: name to mask of the cases in it. Raises ValueError for lengths that differ, a label that is none of these, a
    weight that is not above 0, or a known score outside [0, 1].
    """

    labels: Floats
    weights: Floats
    patients: Codes
    in_service: ModelAnswers
    candidate: ModelAnswers
    subgroups: Mapping[str, Flags] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.labels)
        columns = {"weights": self.weights, "patients": self.patients, **self.subgroups}
        for model, answers in (("in service", self.in_service), ("candidate", self.candidate)):
            columns |= {
                f"{model}: {name}": getattr(answers, name) for name in ("scores", "flagged", "pointed", "seconds")
            }
        for name, column in columns.items():
            if len(column) != n:
                raise ValueError(f"{name} has {len(column)} values for {n} labels; the counts must agree")
        if not np.all(np.isnan(self.labels) | (self.labels == 0) | (self.labels == 1)):
            raise ValueError("a label is neither 0, 1 nor unknown")
        if not np.all(np.isfinite(self.weights) & (self.weights > 0)):
            raise ValueError("a sampling weight is not a number above 0")
        for answers in (self.in_service, self.candidate):
            known = answers.scores[~answers.refused]
            if known.size and not (known.min() >= 0 and known.max() <= 1):
                raise ValueError("a score is outside 0 to 1")

    def of(self, mask: Flags) -> PairedOutputs:
        """The cases of the mask, without subgroups."""
        return PairedOutputs(
            self.labels[mask],
            self.weights[mask],
            self.patients[mask],
            self.in_service.of(mask),
            self.candidate.of(mask),
        )


def paired_outputs(
    labels: Floats,
    in_service: ModelAnswers,
    candidate: ModelAnswers,
    weights: Floats | None = None,
    patients: NDArray[np.generic] | None = None,
    subgroups: Mapping[str, Flags] | None = None,
) -> PairedOutputs:
    """The same with weights of 1 and a patient a case where none are given; patients may be names."""
    n = len(labels)
    return PairedOutputs(
        labels,
        np.ones(n) if weights is None else weights,
        np.arange(n) if patients is None else patient_codes(patients),
        in_service,
        candidate,
        subgroups or {},
    )
