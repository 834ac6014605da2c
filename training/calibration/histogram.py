"""Histogram binning: the share of positives in bins of equally many calibration cases."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.calibration_forms import Ramps
from training.calibration.ramp_knots import NARROWEST, ramps
from training.calibration.scale_bias import checked

BINS = 15


def fit(logits: NDArray[np.floating], labels: NDArray[np.floating], bins: int = BINS) -> Ramps:
    """Bins with equally many cases by rank of the logit; probability (n1 + 1/2) / (n + 1) of the bin.

    Zadrozny and Elkan 2001. Deviations: half a case of each class is added, so that no bin says 0 or 1; a step is a
    ramp .01 wide around the midpoint of the neighbouring scores. Equal scores share a bin. Neighbouring bins may fall:
    the order of cases, and the AUC, can change. logits, labels: [n], labels 0 or 1; deterministic.
    """
    z, y = checked(logits, labels)
    order = np.argsort(z, kind="stable")
    ordered = z[order]
    wanted = np.unique(np.linspace(0, len(z), min(bins, len(z)) + 1).round().astype(int))[1:-1]
    edges = np.unique(np.searchsorted(ordered, ordered[wanted], side="left"))
    starts = np.concatenate([[0], edges[edges > 0]]).astype(int)
    counts = np.diff(np.append(starts, len(z)))
    shares = (np.add.reduceat(y[order], starts) + 0.5) / (counts + 1)
    places, values = [float(ordered[0])], [float(shares[0])]
    for start, before, after in zip(starts[1:], shares[:-1], shares[1:], strict=True):
        middle = (ordered[start - 1] + ordered[start]) / 2
        places += [middle - NARROWEST / 2, middle + NARROWEST / 2]
        values += [float(before), float(after)]
    return ramps(places, values)
