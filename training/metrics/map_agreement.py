"""How far two maps of the same images agree, whatever the truth: correlation, and overlap of their highest regions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.boxes import interpolate
from measures.bootstrap import METHOD, percentile_intervals
from training.metrics.box_raster import mask_overlap
from training.metrics.estimate import Estimate, undefined
from training.metrics.map_resampling import Maps

TOP_SHARE = 0.05  # ours: the share that ProtoPNet's box is drawn around

Floats = NDArray[np.floating]


def map_agreement(
    first: Maps, second: Maps, patients: Sequence[str], draws: int = 1000, seed: int = 0
) -> dict[str, Any]:
    """Mean over images of `correlation` (Pearson over pixels) and `iou_top` (IoU of the pixels >= each map's 95th
    percentile), with patient-bootstrap intervals, and `constant`, the maps that are one value and were left out.

    first, second: n maps [h,w]; the coarser one is interpolated onto the other's grid. Raises ValueError for counts that
    do not agree.
    """
    if not len(first) == len(second) == len(patients):
        raise ValueError(f"{len(first)} and {len(second)} maps, {len(patients)} patients; the counts must agree")
    rows, values = [], []
    for row in range(len(patients)):
        a, b = _on_one_grid(np.asarray(first[row], np.float64), np.asarray(second[row], np.float64))
        if a.min() < a.max() and b.min() < b.max():
            rows.append(row)
            values.append((float(np.corrcoef(a.ravel(), b.ravel())[0, 1]), mask_overlap(_top(a), _top(b))))
    left_out = len(patients) - len(rows)
    if not rows:
        nothing = undefined(0, METHOD, "no pair of maps that both vary").document()
        return {"correlation": nothing, "iou_top": nothing, "constant": left_out}
    table = np.array(values)

    def means(weights: Floats) -> dict[str, NDArray[np.float64]]:
        found = weights @ table / weights.sum(axis=1, keepdims=True)
        return {"correlation": found[:, 0], "iou_top": found[:, 1]}

    intervals = percentile_intervals(means, [patients[row] for row in rows], draws, seed)
    report: dict[str, Any] = {
        name: Estimate(float(table[:, k].mean()), intervals[name], len(rows), METHOD).document()
        for k, name in enumerate(("correlation", "iou_top"))
    }
    return report | {"constant": left_out}


def _top(heat: Floats) -> NDArray[np.bool_]:
    high: NDArray[np.bool_] = heat >= np.percentile(heat, 100 * (1 - TOP_SHARE))
    return high


def _on_one_grid(first: Floats, second: Floats) -> tuple[Floats, Floats]:
    if first.shape == second.shape:
        return first, second
    if first.size < second.size:
        return interpolate(first, (second.shape[0], second.shape[1])), second
    return first, interpolate(second, (first.shape[0], first.shape[1]))
