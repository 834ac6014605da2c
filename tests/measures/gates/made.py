"""Small paired outputs for tests."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from measures.gates.interval import Question
from measures.gates.outputs import ModelAnswers, PairedOutputs, paired_outputs

QUESTION = Question(low=-0.1, high=np.inf, ideal=0.0, alpha=0.05, next_alpha=0.025, beta=0.2)


def answers(scores: Sequence[float], cut: float = 0.5, **columns: Any) -> ModelAnswers:
    values = np.array(scores, float)
    n = len(values)
    return ModelAnswers(
        values,
        np.nan_to_num(values, nan=0.0) >= cut,
        np.array(columns.get("pointed", [np.nan] * n), float),
        np.array(columns.get("seconds", [1.0] * n), float),
        columns.get("peak_bytes"),
    )


def paired(
    labels: Sequence[float],
    served: ModelAnswers | Sequence[float],
    candidate: ModelAnswers | Sequence[float],
    weights: Sequence[float] | None = None,
    patients: Sequence[object] | None = None,
    subgroups: Mapping[str, Any] | None = None,
) -> PairedOutputs:
    one, two = (own if isinstance(own, ModelAnswers) else answers(own) for own in (served, candidate))
    return paired_outputs(
        np.array(labels, float),
        one,
        two,
        None if weights is None else np.array(weights, float),
        None if patients is None else np.array(patients),
        subgroups,
    )
