"""Have the cases of a later span moved away from those of a reference span? Scores by PSI, embeddings by the distance of the means;
each with the level that it stays below in 99 % of spans that are alike."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri

Floats = NDArray[np.float64]
BINS, LEAST = 10, 50
LEVEL = 0.01  # chance of being above the level though nothing moved
PERMUTATIONS = 199


@dataclass(frozen=True)
class Shift:
    """value, and the level that it passes in 1 % of spans that are alike. n: cases of the reference and of the later span."""

    value: float
    level: float
    n: tuple[int, int]

    @property
    def is_shifted(self) -> bool:
        return self.value > self.level


def score_shift(reference: Floats, later: Floats) -> Shift | None:
    """Population stability index: sum over bins of (q - p) ln(q / p), the bins tenths of the reference, half a case added to each.

    Under no change PSI / (1 / n_reference + 1 / n_later) is chi-squared with bins - 1 degrees of freedom, which gives the level
    (Yurdakul and Naranjo, Journal of Risk Model Validation 2020); the usual .1 and .25 say nothing of n. Equal scores make fewer
    bins. None below LEAST cases on either side, or where all of the reference are equal.
    """
    sizes = len(reference), len(later)
    if min(sizes) < LEAST:
        return None
    edges = np.unique(np.quantile(reference, np.linspace(0, 1, BINS + 1)[1:-1]))
    counts = [
        np.bincount(np.searchsorted(edges, own, side="right"), minlength=len(edges) + 1) + 0.5
        for own in (reference, later)
    ]
    used = (counts[0] > 0.5) | (counts[1] > 0.5)
    if used.sum() < 2:
        return None
    p, q = (own[used] / own[used].sum() for own in counts)
    level = float(chdtri(int(used.sum()) - 1, LEVEL)) * (1 / sizes[0] + 1 / sizes[1])
    return Shift(float(((q - p) * np.log(q / p)).sum()), level, sizes)


def embedding_shift(reference: Floats, later: Floats, seed: int = 0) -> Shift | None:
    """|mean later - mean reference| / sqrt(D), each dimension in standard deviations of the reference; the level by permutation.

    reference [m, D], later [n, D]: one case a patient, so that cases can be exchanged. The level is the 99 % quantile of the
    distance when which case belongs to which span is drawn anew PERMUTATIONS times (Fisher's permutation test). Blind to a change
    of spread alone. Dimensions without spread are left out. None below LEAST cases on either side.
    Raises ValueError where the widths differ.
    """
    if reference.shape[1] != later.shape[1]:
        raise ValueError(
            f"embeddings of width {later.shape[1]} cannot be set against those of width {reference.shape[1]}"
        )
    sizes = len(reference), len(later)
    if min(sizes) < LEAST:
        return None
    spread = reference.std(axis=0)
    wide = spread > 0
    if not wide.any():
        return None
    both = (np.concatenate([reference, later])[:, wide] - reference[:, wide].mean(axis=0)) / spread[wide]
    is_later = np.arange(sum(sizes)) >= sizes[0]
    generator = np.random.default_rng(seed)
    drawn = np.stack([is_later, *(generator.permutation(is_later) for _ in range(PERMUTATIONS))]).astype(np.float64)
    gaps = drawn @ both / sizes[1] - (1 - drawn) @ both / sizes[0]
    distances = np.sqrt((gaps**2).mean(axis=1))
    rank = math.ceil((1 - LEVEL) * (PERMUTATIONS + 1)) - 1
    return Shift(float(distances[0]), float(np.sort(distances[1:])[rank]), sizes)
