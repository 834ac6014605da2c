"""Localisation metrics of one kind of map for one finding, each beside chance and the location prior (methods.md §9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.boxes import MASS, positive_part, smallest_rectangle
from measures.bootstrap import METHOD, percentile_intervals
from measures.box_iou import BoxTuple
from training.metrics import pointwise_map
from training.metrics.box_raster import boxes_of_mask
from training.metrics.estimate import Estimate, undefined
from training.metrics.map_reading import (
    BEST,
    MAP_METRICS,
    UNION,
    MapReading,
    Truth,
    box_of,
    chance,
    read_map,
    rectangle_overlap,
    score_map,
    truth_of,
)
from training.metrics.map_resampling import Maps

CELL_METRICS = ("iou_mass95_cells", "pointwise_cells", "pointwise_argmax")
DRAWN = "iou_mass95_cells"

Floats = NDArray[np.floating]
Masks = NDArray[np.bool_] | Sequence[NDArray[np.bool_] | None]


@dataclass(frozen=True)
class LocalisationSettings:
    """true_positives_only: images that the model also answered positive (paper 004). threshold: of the region; None is
    Otsu's, SPN takes .5. several: of several boxes the `best` overlap or their `union`. draws: bootstrap resamples."""

    true_positives_only: bool = False
    threshold: float | None = None
    several: str = BEST
    draws: int = 1000
    seed: int = 0

    def __post_init__(self) -> None:
        if self.several not in (BEST, UNION):
            raise ValueError(f"several {self.several!r} is not one of {BEST}, {UNION}")


@dataclass(frozen=True)
class Answers:
    """What the model said about each image [n]. scores: of the finding (any scale); predicted: answered positive; labels:
    1, 0, NaN. Without labels an image with a box or a mask is positive and every other one negative."""

    scores: Floats | None = None
    predicted: NDArray[np.bool_] | None = None
    labels: Floats | None = None


@dataclass(frozen=True)
class _Scores:
    """Per located image [m]: own, chance and prior score by metric; rows: which of the n images; zero: empty maps."""

    own: dict[str, list[float]]
    chance: dict[str, list[float]]
    prior: dict[str, list[float]]
    rows: list[int] = field(default_factory=list)
    zero: list[int] = field(default_factory=list)


def localisation_metrics(
    maps: Maps,
    boxes: Sequence[Sequence[BoxTuple]],
    patients: Sequence[str],
    *,
    masks: Masks | None = None,
    native_cells: Floats | None = None,
    prior: Floats | None = None,
    answers: Answers | None = None,
    settings: LocalisationSettings | None = None,
) -> dict[str, dict[str, Any]]:
    """All metrics by name, each {"value", "ci", "n", "method", "chance", "location_prior", "zero_maps"}.

    Means over the positive images with a box or mask: auprc, auprc_trapezoid, pointing, mass_in_box, iou_mass95, iou_p95,
    iou_otsu, dice (map_reading.py); with native_cells also iou_mass95_cells (the rectangle as it is drawn, of cells) and,
    over all images, pointwise_cells and pointwise_argmax (pointwise_map.py). A map without a positive value scores 0 and
    is counted in zero_maps: no positive evidence.

    maps: n maps [H,W] at the size of the model input (an array, or UpsampledMaps). boxes: per image, x, y, w, h in those
    pixels. masks: per image bool [H,W] or None where not known. native_cells: signed class maps [n,h,w]. prior: [H,W], see
    location_prior.py; without it location_prior is null. Raises ValueError for counts or sizes that do not agree.
    """
    own_settings, said = settings or LocalisationSettings(), answers or Answers()
    _check(maps, boxes, patients, masks, native_cells, said, own_settings)
    size = _size(maps, prior)
    asked = [row for row in range(len(boxes)) if _is_asked(row, said, own_settings)]
    prior_reading = None if prior is None else read_map(prior, own_settings.threshold)
    truths = ((row, truth_of(boxes[row], None if masks is None else masks[row], size)) for row in asked)
    scores = _score_all(maps, native_cells, truths, prior_reading, own_settings)
    documents = _documents(scores, patients, prior_reading is not None, own_settings)
    if native_cells is not None and len(native_cells):
        all_boxes = [_boxes_of(own, None if masks is None else masks[row]) for row, own in enumerate(boxes)]
        documents |= _pointwise(native_cells, all_boxes, size, patients, said, prior, own_settings)
    return documents


def _check(
    maps: Maps, boxes: Sequence[Any], patients: Sequence[str], masks: Masks | None,
    cells: Floats | None, answers: Answers, settings: LocalisationSettings,
) -> None:  # fmt: skip
    counts = {"maps": len(maps), "box lists": len(boxes), "patients": len(patients)}
    parts = {"masks": masks, "native_cells": cells} | vars(answers)
    counts |= {name: len(part) for name, part in parts.items() if part is not None}
    if len(set(counts.values())) > 1:
        raise ValueError(f"{', '.join(f'{n} {name}' for name, n in counts.items())}; the counts must agree")
    if settings.true_positives_only and answers.predicted is None:
        raise ValueError("true_positives_only without answers.predicted; it says which images were answered positive")


def _size(maps: Maps, prior: Floats | None) -> tuple[int, int]:
    if not len(maps):
        return (1, 1) if prior is None else (prior.shape[0], prior.shape[1])
    height, width = np.shape(maps[0])
    if prior is not None and prior.shape != (height, width):
        raise ValueError(f"location prior of shape {prior.shape}; wanted {(height, width)}, as the maps")
    return int(height), int(width)


def _is_asked(row: int, answers: Answers, settings: LocalisationSettings) -> bool:
    labelled = answers.labels is None or answers.labels[row] == 1
    answered = answers.predicted is None or bool(answers.predicted[row])
    return bool(labelled) and (answered or not settings.true_positives_only)


def _boxes_of(boxes: Sequence[BoxTuple], mask: NDArray[np.bool_] | None) -> Sequence[BoxTuple]:
    return boxes if boxes or mask is None else boxes_of_mask(np.asarray(mask, bool))


def _score_all(
    maps: Maps, cells: Floats | None, truths: Iterable[tuple[int, Truth]], prior: MapReading | None,
    settings: LocalisationSettings,
) -> _Scores:  # fmt: skip
    """Scores of the images whose truth covers a pixel; each truth is drawn when its turn comes, and dropped."""
    scores = _Scores({}, {}, {})
    for row, truth in truths:
        if not truth.mask.any():
            continue
        reading = read_map(maps[row], settings.threshold)
        own, even = score_map(reading, truth, settings.several), chance(truth, settings.several)
        known = {} if prior is None else score_map(prior, truth, settings.several)
        if cells is not None:
            own[DRAWN], even[DRAWN] = _drawn_overlap(cells[row], truth, settings.several), even["iou_mass95"]
            known |= {} if prior is None else {DRAWN: known["iou_mass95"]}
        for table, values in ((scores.own, own), (scores.chance, even), (scores.prior, known)):
            for name, value in values.items():
                table.setdefault(name, []).append(value)
        scores.rows.append(row)
        scores.zero.extend([row] if reading is None else [])
    return scores


def _drawn_overlap(cells: Floats, truth: Truth, several: str) -> float:
    """IoU of the rectangle that inference draws: whole cells of the native map."""
    rectangle = smallest_rectangle(positive_part(cells), MASS)
    if rectangle is None:
        return 0.0
    height, width = truth.covered.shape
    step = (height / cells.shape[0], width / cells.shape[1])
    return rectangle_overlap(box_of(rectangle, step), truth, several)


def _documents(
    scores: _Scores, patients: Sequence[str], has_prior: bool, settings: LocalisationSettings
) -> dict[str, dict[str, Any]]:
    if not scores.rows:
        note = "no true positive" if settings.true_positives_only else "no positive image with a box or a mask"
        return {name: undefined(0, METHOD, note).document() for name in MAP_METRICS}
    names = list(scores.own)
    table = np.array([scores.own[name] for name in names]).T

    def means(weights: Floats) -> dict[str, NDArray[np.float64]]:
        found = weights @ table / weights.sum(axis=1, keepdims=True)
        return {name: found[:, k] for k, name in enumerate(names)}

    intervals = percentile_intervals(means, [patients[row] for row in scores.rows], settings.draws, settings.seed)
    note = f"{len(scores.zero)} of {len(table)} maps hold no positive evidence and score 0" if scores.zero else ""
    documents = {}
    for k, name in enumerate(names):
        document = Estimate(float(table[:, k].mean()), intervals[name], len(table), METHOD, note).document()
        known = round(float(np.mean(scores.prior[name])), 6) if has_prior else None
        document |= {"chance": round(float(np.mean(scores.chance[name])), 6), "location_prior": known}
        documents[name] = document | {"zero_maps": len(scores.zero)}
    return documents


def _pointwise(
    cells: Floats, boxes: Sequence[Sequence[BoxTuple]], size: tuple[int, int], patients: Sequence[str], answers: Answers,
    prior: Floats | None, settings: LocalisationSettings,
) -> dict[str, dict[str, Any]]:  # fmt: skip
    """Both readings over all images; a positive image without a box is left out: its hits could not be told."""
    labels = answers.labels
    rows = [row for row, own in enumerate(boxes) if len(own) or labels is None or labels[row] == 0]
    kept, kept_boxes, own_patients = cells[rows], [boxes[row] for row in rows], [patients[row] for row in rows]
    guesses = pointwise_map.chance_cells(kept.shape, settings.seed)
    known = None if prior is None else np.broadcast_to(_at_cells(prior, kept.shape[1:]), kept.shape)
    found: dict[str, dict[str, Any]] = {}
    for name in ("pointwise_cells", "pointwise_argmax"):
        scores = None if answers.scores is None else np.asarray(answers.scores, np.float64)[rows]
        if name == "pointwise_argmax" and scores is None:
            found[name] = undefined(len(rows), METHOD, "answers.scores, the image scores, were not given").document()
            continue

        def candidates(values: Floats, ranks: Floats | None = scores if name == "pointwise_argmax" else None) -> Any:
            if ranks is None:
                return pointwise_map.cell_candidates(values, kept_boxes, size)
            return pointwise_map.peak_candidates(values, ranks, kept_boxes, size)

        whole = np.ones((1, len(rows)))
        even = np.mean([pointwise_map.average_precision(candidates(guess), whole)[0] for guess in guesses])
        document = pointwise_map.estimate(candidates(kept), own_patients, settings.draws).document()
        prior_value = None
        if known is not None:
            prior_value = round(float(pointwise_map.average_precision(candidates(known), whole)[0]), 6)
        found[name] = document | {"chance": round(float(even), 6), "location_prior": prior_value}
    return found


def _at_cells(prior: Floats, grid: tuple[int, ...]) -> NDArray[np.float64]:
    """The prior averaged over the cells of a native map (edges of cells rounded to pixels)."""
    rows = np.linspace(0, prior.shape[0], grid[0] + 1).round().astype(int)
    columns = np.linspace(0, prior.shape[1], grid[1] + 1).round().astype(int)
    return np.array([
        [float(prior[top:bottom, left:right].mean()) for left, right in pairwise(columns)]
        for top, bottom in pairwise(rows)
    ])  # fmt: skip
