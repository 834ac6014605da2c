"""Sums of cases, probabilities and labels in bins of the probability, for many sets of case weights at once.

The rooms of every calibration error: ECE with bins of equal width or equal mass, its L2 form, and the reliability
diagram all read the same three sums per bin.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15
WIDTH, MASS = "width", "mass"

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class BinSums:
    """Per row of weights and bin [d,b]: sum of weights, of weighted probabilities and of weighted labels."""

    cases: NDArray[np.float64]
    probability: NDArray[np.float64]
    positives: NDArray[np.float64]

    def ece(self) -> NDArray[np.float64]:
        """sum_b n_b / n |mean p - mean y| [d]; NaN without a case."""
        return _over(np.abs(self.probability - self.positives).sum(axis=1), self.cases.sum(axis=1))

    def squared(self, debiased: bool) -> NDArray[np.float64]:
        """sum_b n_b / n (mean p - mean y)^2 [d]; debiased: less mean y (1 - mean y) / (n_b - 1) per bin.

        Kumar, Liang and Ma 2019. A bin of one case has nothing to subtract.
        """
        inside = np.where(self.cases > 0, self.cases, 1.0)
        mean_y = self.positives / inside
        gaps = (self.probability / inside - mean_y) ** 2
        if debiased:
            noise = mean_y * (1 - mean_y)
            gaps = gaps - np.divide(noise, self.cases - 1, out=np.zeros_like(noise), where=self.cases > 1)
        return _over((self.cases * gaps).sum(axis=1), self.cases.sum(axis=1))


def width_index(probabilities: Floats, bins: int = BINS) -> NDArray[np.intp]:
    """Bin of each case, 0..bins-1: bin b holds [b/bins, (b+1)/bins), 1 goes to the last, as torchmetrics has it.

    Probabilities and edges are compared as float32, what networks give: a value that stands for an edge then falls into one bin
    whether it comes as float32 or as float64.
    """
    edges = (np.arange(1, bins) / bins).astype(np.float32)
    return np.searchsorted(edges, np.asarray(probabilities).astype(np.float32), side="right").astype(np.intp)


def width_sums(probabilities: Floats, labels: Floats, weights: Floats, bins: int = BINS) -> BinSums:
    """Bins of equal width. probabilities [n]; labels [n] or one row per draw [d,n]; weights [d,n] or, for all, [1,n]."""
    inside = np.eye(bins)[width_index(probabilities, bins)]
    cases = weights @ inside
    return BinSums(cases, weights @ (inside * np.asarray(probabilities)[:, None]), (weights * labels) @ inside)


def mass_sums(probabilities: Floats, labels: Floats, weights: Floats, bins: int = BINS) -> BinSums:
    """Bins of equally many cases in the order of the probability; sizes differ by one at most, as in numpy.array_split.

    Cases of equal probability share their labels evenly, so that the result does not depend on the order of the rows.
    Shapes as for width_sums; weights are whole numbers.
    """
    values, group = np.unique(np.asarray(probabilities, np.float64), return_inverse=True)
    totals = np.add.reduceat(weights[:, np.argsort(group, kind="stable")], _starts(group), axis=1)
    drawn = np.broadcast_to(weights * labels, np.broadcast_shapes(weights.shape, np.shape(labels)))
    positives = np.add.reduceat(drawn[:, np.argsort(group, kind="stable")], _starts(group), axis=1)
    rows = len(drawn)
    sums = np.empty((3, rows, bins))
    for row in range(rows):
        own = totals[row if len(totals) > 1 else 0]
        ends = np.concatenate([[0.0], np.cumsum(own)])
        edges = _edges(ends[-1], bins)
        for part, amounts in enumerate((own, own * values, positives[row])):
            sums[part, row] = np.diff(np.interp(edges, ends, np.concatenate([[0.0], np.cumsum(amounts)])))
    return BinSums(*sums)


def _starts(group: NDArray[np.intp]) -> NDArray[np.intp]:
    counts = np.bincount(group)
    return np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.intp)


def _edges(total: float, bins: int) -> NDArray[np.float64]:
    """Ends of array_split's parts: the first (total mod bins) parts are one larger."""
    small, larger = divmod(round(total), bins)
    sizes = np.full(bins, small)
    sizes[:larger] += 1
    return np.concatenate([[0.0], np.cumsum(sizes)]).astype(np.float64)


def _over(above: Floats, below: Floats) -> NDArray[np.float64]:
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=np.asarray(below) > 0)
