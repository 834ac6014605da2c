"""Pointwise localisation of a class map: average precision of cells or peaks as detections (paper 001, appendix B).

Each of the s x s cells of the class map stands for a d x d box, d = S/s, centred on it; it hits when its centre lies in a
box of the truth. The paper does not say which cells are candidates, nor what a second hit on one box is; both readings
that fit its text are reported, `cells` is the headline.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from measures.bootstrap import METHOD, percentile_intervals
from measures.box_iou import BoxTuple
from training.metrics.estimate import Estimate, undefined

CHANCE_ORDERS = 20
_ROWS = 256  # hits looked at together when the bootstrap counts what stands above them

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Candidates:
    """Detections, highest value first. image: which of the n images; hit: first one on a box of the truth [m] each.

    wanted: how many boxes (or, for peaks, positive images: 0 or 1) each image asks for [n].
    """

    image: NDArray[np.intp]
    hit: NDArray[np.bool_]
    wanted: NDArray[np.float64]


def cell_candidates(cells: Floats, boxes: Sequence[Sequence[BoxTuple]], size: tuple[int, int]) -> Candidates:
    """`cells`: all cells of all images by value; one hit a box counts (of several boxes that hold a cell, any that leaves most to
    others), further hits and misses are false.

    cells [n,h,w]; boxes per image in pixels of the H x W = `size` input; recall is over all boxes. Equal values stand in
    the order of the images, then row-major.
    """
    n, h, w = cells.shape
    centres = _centres(h, w, size)
    flat = np.asarray(cells, np.float64).reshape(n, h * w)
    hits = np.zeros((n, h * w), dtype=bool)
    for row, own in enumerate(boxes):
        hits[row] = _first_hits(np.argsort(-flat[row], kind="stable"), centres, own)
    order = np.argsort(-flat.ravel(), kind="stable")
    wanted = np.array([len(own) for own in boxes], np.float64)
    return Candidates(order // (h * w), hits.ravel()[order], wanted)


def peak_candidates(
    cells: Floats, scores: Floats, boxes: Sequence[Sequence[BoxTuple]], size: tuple[int, int]
) -> Candidates:
    """`argmax`: one candidate per image, its highest cell (first of equals), ranked by the image score [n]; recall is
    over the positive images."""
    n, h, w = cells.shape
    centres = _centres(h, w, size)
    peaks = np.asarray(cells).reshape(n, h * w).argmax(axis=1)
    hit = np.array([_inside(centres[peak], own).any() for peak, own in zip(peaks, boxes, strict=True)], dtype=bool)
    order = np.argsort(-np.asarray(scores, np.float64), kind="stable")
    return Candidates(order, hit[order], np.array([float(len(own) > 0) for own in boxes]))


def box_candidates(
    detections: Sequence[Sequence[tuple[BoxTuple, float]]], boxes: Sequence[Sequence[BoxTuple]]
) -> Candidates:
    """A detector (RetinaNet): the centre of each box and its score, matched as `cells` are."""
    image, score, hit = [], [], []
    for row, (found, own) in enumerate(zip(detections, boxes, strict=True)):
        ranked = sorted(found, key=lambda entry: -entry[1])
        centres = np.array([(x + w / 2, y + h / 2) for (x, y, w, h), _ in ranked]).reshape(-1, 2)
        image += [row] * len(ranked)
        score += [value for _, value in ranked]
        hit += _first_hits(np.arange(len(ranked)), centres, own).tolist()
    order = np.argsort(-np.asarray(score, np.float64), kind="stable")
    wanted = np.array([len(own) for own in boxes], np.float64)
    return Candidates(np.asarray(image, np.intp)[order], np.asarray(hit, bool)[order], wanted)


def average_precision(candidates: Candidates, weights: Floats) -> NDArray[np.float64]:
    """sum of (recall step) * precision for each row of image weights [d,n]; NaN where no box is wanted.

    An image drawn twice stands twice in the list, at the same place.
    """
    places = np.flatnonzero(candidates.hit)
    wanted = weights @ candidates.wanted
    total = np.zeros(len(weights))
    hit_image = candidates.image[places]
    for start in range(0, len(places), _ROWS):
        chosen = slice(start, start + _ROWS)
        above = weights @ _counts_above(candidates, places[chosen]).T
        hits_above = weights @ _hits_above(hit_image, start, len(places[chosen]), weights.shape[1]).T
        steps = weights[:, hit_image[chosen]]
        total += np.divide(steps * hits_above, above, out=np.zeros_like(steps), where=above > 0).sum(axis=1)
    return np.divide(total, wanted, out=np.full(len(weights), np.nan), where=wanted > 0)


def estimate(candidates: Candidates, patients: Sequence[str], draws: int = 1000) -> Estimate:
    """Average precision with a patient-bootstrap interval; undefined without a box."""
    n = len(candidates.wanted)
    if not candidates.wanted.any():
        return undefined(n, METHOD, "no box")
    value = float(average_precision(candidates, np.ones((1, n)))[0])
    intervals = percentile_intervals(lambda w: {"ap": average_precision(candidates, w)}, patients, draws)
    return Estimate(value, intervals["ap"], n, METHOD)


def chance_cells(shape: tuple[int, int, int], seed: int = 0) -> list[NDArray[np.float64]]:
    """Random cell values [n,h,w]: the mean of the metric over them is what a map that knows nothing scores."""
    random = np.random.default_rng(seed)
    return [random.random(shape) for _ in range(CHANCE_ORDERS)]


def _centres(h: int, w: int, size: tuple[int, int]) -> NDArray[np.float64]:
    """x, y of the cells' centres in input pixels, row-major [h*w,2]."""
    rows, columns = np.indices((h, w)).reshape(2, -1)
    return np.column_stack([(columns + 0.5) * size[1] / w, (rows + 0.5) * size[0] / h])


def _inside(points: Floats, boxes: Sequence[BoxTuple]) -> NDArray[np.bool_]:
    """Which of the boxes hold each point: [..., len(boxes)]."""
    if not boxes:
        return np.zeros((*points.shape[:-1], 0), dtype=bool)
    x, y, w, h = np.asarray(boxes, np.float64).T
    across, down = points[..., :1], points[..., 1:]
    return np.asarray((across >= x) & (across < x + w) & (down >= y) & (down < y + h))


def _first_hits(ranked: NDArray[np.intp], centres: Floats, boxes: Sequence[BoxTuple]) -> NDArray[np.bool_]:
    """Whether each point hits: in the order `ranked`, whether a box can be given to it beside those given to the points before.

    A point before may change its box for that (largest matching, Kuhn 1955): boxes that overlap then count the same in
    whatever order they are listed.
    """
    hits = np.zeros(len(ranked), dtype=bool)
    inside = _inside(centres, boxes)
    taken_by: dict[int, int] = {}
    for point in ranked[inside[ranked].any(axis=1)]:
        if len(taken_by) == len(boxes):
            break
        hits[point] = _takes_box(int(point), inside, taken_by, set())
    return hits


def _takes_box(point: int, inside: NDArray[np.bool_], taken_by: dict[int, int], asked: set[int]) -> bool:
    for box in np.flatnonzero(inside[point]).tolist():
        if box in asked:
            continue
        asked.add(box)
        if box not in taken_by or _takes_box(taken_by[box], inside, taken_by, asked):
            taken_by[box] = point
            return True
    return False


def _counts_above(candidates: Candidates, places: NDArray[np.intp]) -> NDArray[np.float64]:
    """[len(places), n]: how many candidates of each image stand at or above each place."""
    n = len(candidates.wanted)
    counts = np.empty((len(places), n))
    running = np.zeros(n)
    before = 0
    for row, place in enumerate(places):
        running += np.bincount(candidates.image[before : place + 1], minlength=n)
        counts[row] = running
        before = int(place) + 1
    return counts


def _hits_above(hit_image: NDArray[np.intp], start: int, rows: int, n: int) -> NDArray[np.float64]:
    """[rows, n]: how many hits of each image stand at or above each of the hits start..start+rows-1."""
    first = np.bincount(hit_image[:start], minlength=n).astype(np.float64)
    own = np.zeros((rows, n))
    own[np.arange(rows), hit_image[start : start + rows]] = 1
    return np.asarray(first + np.cumsum(own, axis=0))
