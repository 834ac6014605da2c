"""Maps of a row's network by any method, and how well they point (methods.md §8, §9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from training.data.loading import batches
from training.data.prepared import PreparedSet
from training.explained.map_makers import MAKER_OF_METHOD
from training.metrics import pointwise_map
from training.metrics.localisation import Answers, LocalisationSettings, localisation_metrics
from training.metrics.location_prior import location_prior
from training.metrics.map_reading import read_map, score_map, truth_of
from training.metrics.map_resampling import UpsampledMaps
from training.metrics.registry import TRUST
from training.models.classifier import Classifier
from training.models.retinanet import RetinaNetBaseline
from training.run.predictions import Predictions
from training.saliency.registry import EXPLAINERS, explain

RETINANET = "retinanet"
METHODS = (*EXPLAINERS, RETINANET)

SPN_THRESHOLD = 0.5  # 002 draws its map at one half; others are cut at Otsu's threshold
GRADIENT_BATCH = 8

Floats = NDArray[np.floating]
BoxTuple = tuple[float, float, float, float]


@dataclass(frozen=True)
class Located:
    """(image, class) pairs that a finding's place is asked for. rows: of the set. columns: classes. boxes: of that class;
    masks: bool [H,W] or None. labels: 1 or 0."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    boxes: tuple[tuple[BoxTuple, ...], ...]
    masks: tuple[NDArray[np.bool_] | None, ...]
    labels: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.rows)

    def select(self, chosen: NDArray[np.intp]) -> Located:
        """Some of the pairs."""
        return Located(
            self.rows[chosen], self.columns[chosen], tuple(self.boxes[i] for i in chosen),
            tuple(self.masks[i] for i in chosen), self.labels[chosen],
        )  # fmt: skip

    @property
    def positive(self) -> NDArray[np.intp]:
        """Pairs with a box or a mask."""
        return np.array([i for i, (own, mask) in enumerate(zip(self.boxes, self.masks, strict=True)) if own or mask is not None],
                        np.intp)  # fmt: skip


def located(prepared: PreparedSet) -> Located:
    """All pairs of the classes that some image has a place for: boxes of the class, or the image's mask where the class is
    present and without boxes."""
    rows, columns, boxes, masks, labels = [], [], [], [], []
    for column, name in enumerate(prepared.classes):
        found = [_place(prepared, row, column, name) for row in range(len(prepared))]
        if not any(own or mask is not None for own, mask in found):
            continue
        for row, (own, mask) in enumerate(found):
            label = float(prepared.labels[row, column])
            rows.append(row)
            columns.append(column)
            boxes.append(own)
            masks.append(mask)
            labels.append(1.0 if own or mask is not None else label)
    return Located(
        np.array(rows, np.intp), np.array(columns, np.intp), tuple(boxes), tuple(masks), np.array(labels, np.float64)
    )


def _place(
    prepared: PreparedSet, row: int, column: int, name: str
) -> tuple[tuple[BoxTuple, ...], NDArray[np.bool_] | None]:
    own = tuple((box.x, box.y, box.w, box.h) for box in prepared.boxes[row] if box.key == name)
    return (own, None) if own else ((), prepared.mask_of(row, column))


def maps_of(
    model: Classifier,
    prepared: PreparedSet,
    method: str,
    pairs: Located,
    device: torch.device,
    settings: Mapping[str, Any],
) -> NDArray[np.float32]:
    """One map per pair, float32 [m,H,W] at input size. Not under inference_mode: gradient methods need autograd.

    Raises ExplainerError where the method does not suit the network.
    """
    model.to(device).eval()
    side = int(prepared.images.shape[-1])
    maps = np.zeros((len(pairs), side, side), np.float32)
    images = sorted(set(pairs.rows.tolist()))
    for own in batches(prepared.select(np.array(images, np.intp)), GRADIENT_BATCH, shuffle_seed=None):
        for place, image in enumerate(own.index.tolist()):
            chosen = np.flatnonzero(pairs.rows == images[image])
            wanted = pairs.columns[chosen].tolist()
            one = own.images[place : place + 1].to(device)
            maps[chosen] = explained_maps(model, one, method, wanted, settings)[0]
    return maps


def explained_maps(
    model: Classifier, images: torch.Tensor, method: str, classes: Sequence[int] | None, settings: Mapping[str, Any]
) -> NDArray[np.float32]:
    """float32 [N,K',H,W]."""
    if method == RETINANET:
        if not isinstance(model, RetinaNetBaseline):
            raise ValueError(f"explainer 'retinanet' does not suit {type(model).__name__}; allowed: model 'retinanet'")
        with torch.no_grad():
            found = model(images).class_maps
        return found.float().cpu().numpy()  # type: ignore[union-attr]
    return explain(method, model, images, classes, **settings).cpu().numpy()


def native_maps(
    model: Classifier, prepared: PreparedSet, method: str, pairs: Located, device: torch.device, batch: int
) -> NDArray[np.float32]:
    """One map per pair on its own cells, float32 [m,h,w], of a method that is one of MAKER_OF_METHOD."""
    from training.run.predictions import run_batches

    kept: list[NDArray[np.float32]] = []

    def keep(outputs: Any, rows: torch.Tensor) -> None:
        maps = MAKER_OF_METHOD[method].cells(model, outputs)
        kept.append(maps.float().cpu().numpy())  # type: ignore[union-attr]

    run_batches(model, prepared, device, batch, keep)
    whole = np.concatenate(kept)
    columns = pairs.columns if whole.shape[1] > 1 else np.zeros_like(pairs.columns)  # one map of all classes
    cells: NDArray[np.float32] = whole[pairs.rows, columns]
    return cells


@dataclass(frozen=True)
class PointingQuestion:
    """What is scored: the reported set with the network's answers on it, the set that trained (for the location prior).

    draws: bootstrap resamples. most: pairs with a place that are explained, 0 = all, drawn with seed 0.
    """

    model: Classifier
    reported: PreparedSet
    predictions: Predictions
    train: PreparedSet
    device: torch.device
    batch: int
    draws: int = 1000
    most: int = 0


def localisation_of(
    question: PointingQuestion, method: str, settings: Mapping[str, Any], column: int | None = None
) -> dict[str, dict[str, Any]]:
    """Metrics of methods.md §9 of one method, over all classes with a place or of one; the two trust scores of 004 also
    on true positives (NAME_tp) and as the best single one (NAME_best). Empty without a place."""
    places = located(question.reported)
    if column is not None:
        places = places.select(np.flatnonzero(places.columns == column))
    pairs = _asked(places, method, question.most)
    if not len(pairs.positive):
        return {}
    cells = None
    if method in MAKER_OF_METHOD:
        cells = native_maps(question.model, question.reported, method, pairs, question.device, question.batch)
        side = int(question.reported.images.shape[-1])
        maps: Sequence[Floats] = UpsampledMaps(cells, (side, side))
    else:
        maps = maps_of(question.model, question.reported, method, pairs, question.device, settings)  # type: ignore[assignment]
    answers = _answers(question, pairs)
    own = LocalisationSettings(threshold=SPN_THRESHOLD if method == "spn" else None, draws=question.draws)
    patients = [question.reported.patients[row] for row in pairs.rows]
    given: dict[str, Any] = {
        "masks": pairs.masks, "prior": _prior(question.train, set(pairs.columns.tolist())), "answers": answers,
    }  # fmt: skip
    found = localisation_metrics(maps, pairs.boxes, patients, native_cells=cells, settings=own, **given)
    only = LocalisationSettings(True, own.threshold, own.several, own.draws, own.seed)
    true_positives = localisation_metrics(maps, pairs.boxes, patients, settings=only, **given)
    found |= {f"{name}_tp": true_positives[name] for name in TRUST if name in true_positives}
    found |= _best_scores(maps, pairs, answers)
    if isinstance(question.model, RetinaNetBaseline):
        found["pointwise_cells"] = _detector_points(question, pairs, patients)
    return found


def _best_scores(maps: Sequence[Floats], pairs: Located, answers: Answers) -> dict[str, dict[str, Any]]:
    """The highest single score of the two trust scores over the true positives, all that 004 prints of them; `values`
    holds every one, for figures 12 and 13."""
    scores: dict[str, list[float]] = {name: [] for name in TRUST}
    for place in pairs.positive:
        if not answers.predicted[place]:  # type: ignore[index]
            continue
        heat = np.asarray(maps[place])
        truth = truth_of(pairs.boxes[place], pairs.masks[place], (heat.shape[0], heat.shape[1]))
        own = score_map(read_map(heat), truth)
        for name in TRUST:
            scores[name].append(round(float(own[name]), 6))
    note = "the best single image, as the paper prints it; says nothing about the others"
    return {
        f"{name}_best": {"value": max(values, default=None), "ci": None, "n": 1, "method": "maximum", "note": note,
                         "values": values}
        for name, values in scores.items()
    }  # fmt: skip


def _asked(pairs: Located, method: str, most: int) -> Located:
    """All pairs where the maps are cheap, else those with a place; at most so many of the latter."""
    positive = pairs.positive
    if most and len(positive) > most:
        positive = np.sort(np.random.default_rng(0).choice(positive, most, replace=False))
    if method not in (*MAKER_OF_METHOD, RETINANET):
        return pairs.select(positive)
    negative = np.array([i for i in range(len(pairs)) if i not in set(pairs.positive.tolist())], np.intp)
    return pairs.select(np.sort(np.concatenate([positive, negative])))


def _answers(question: PointingQuestion, pairs: Located) -> Answers:
    logits = question.predictions.logits
    if question.reported.task == "single":
        said = logits.argmax(axis=1)[pairs.rows] == pairs.columns
    else:
        said = logits[pairs.rows, pairs.columns] >= 0
    return Answers(logits[pairs.rows, pairs.columns].astype(np.float64), said, pairs.labels)


def _prior(train: PreparedSet, columns: set[int]) -> NDArray[np.float64]:
    side = int(train.images.shape[-1])
    pairs = located(train)
    chosen = np.array([i for i in pairs.positive if pairs.columns[i] in columns], np.intp)
    own = pairs.select(chosen)
    return location_prior(own.boxes, (side, side), own.masks)


def _detector_points(question: PointingQuestion, pairs: Located, patients: Sequence[str]) -> dict[str, Any]:
    """Box centres by box score, as 001 scores its RetinaNet."""
    model = question.model
    assert isinstance(model, RetinaNetBaseline)
    found: dict[int, list[tuple[BoxTuple, float]]] = {}
    with torch.no_grad():
        for own in batches(question.reported, question.batch, shuffle_seed=None):
            for row, boxes in zip(own.index.tolist(), model.detect(own.images.to(question.device)), strict=True):
                corners = boxes["boxes"].cpu().numpy()
                found[row] = [
                    ((float(x), float(y), float(right - x), float(bottom - y)), float(score))
                    for (x, y, right, bottom), score in zip(corners, boxes["scores"].cpu().numpy(), strict=True)
                ]
    detections = [found[int(row)] for row in pairs.rows]
    candidates = pointwise_map.box_candidates(detections, pairs.boxes)
    document = pointwise_map.estimate(candidates, patients, question.draws).document()
    return document | {"chance": None, "location_prior": None}
