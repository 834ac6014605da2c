"""A fitted calibrator of all classes of a model: raw logits [n,K] -> probabilities [n,K] (methods.md §12.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.calibration_forms import (
    LabelMap,
    ScaleBias,
    form_name,
    label_map_document,
    read_form,
    softmax_probabilities,
)
from training.data.samples import SINGLE, TASKS


@dataclass(frozen=True)
class Calibrator:
    """maps: one per class, in the order of the logits. n: cases it was fitted on.

    multilabel: p_k = maps[k](z_k). single: p = softmax over classes of scale_k z_k + bias_k; every map is a ScaleBias.
    """

    method: str
    task: str
    maps: tuple[LabelMap, ...]
    n: int

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise ValueError(f"task {self.task!r} is not one of {', '.join(TASKS)}")
        if self.task == SINGLE and not all(isinstance(own, ScaleBias) for own in self.maps):
            raise ValueError(f"task {SINGLE!r} with {[form_name(own) for own in self.maps]}; allowed: scale-bias only")

    def apply(self, logits: NDArray[np.floating]) -> NDArray[np.float64]:
        """Probabilities, float64 [n,K], of raw logits [n,K]."""
        z = np.asarray(logits, np.float64)
        if z.ndim != 2 or z.shape[1] != len(self.maps):
            raise ValueError(f"logits of shape {z.shape}; wanted [n,{len(self.maps)}]")
        if self.task == SINGLE:
            return softmax_probabilities(z, [own for own in self.maps if isinstance(own, ScaleBias)])
        return np.stack([own.apply(z[:, k]) for k, own in enumerate(self.maps)], axis=1)

    def document(self) -> dict[str, Any]:
        """JSON-ready; read_calibrator gives the same calibrator back."""
        return {
            "method": self.method,
            "task": self.task,
            "n": self.n,
            "labels": [{"form": form_name(own)} | label_map_document(own) for own in self.maps],
        }


def read_calibrator(document: Mapping[str, Any]) -> Calibrator:
    """What Calibrator.document() wrote. Raises ValueError for parameters outside their range."""
    maps = tuple(read_form(part["form"], part) for part in document["labels"])
    return Calibrator(document["method"], document["task"], maps, int(document["n"]))
