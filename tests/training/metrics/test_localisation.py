"""The whole localisation report: which images count, what stands beside each number, what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from training.metrics.localisation import CELL_METRICS, Answers, LocalisationSettings, localisation_metrics
from training.metrics.location_prior import location_prior
from training.metrics.map_reading import MAP_METRICS
from training.metrics.map_resampling import UpsampledMaps
from training.metrics.registry import METRICS

SIZE = (16, 16)
LEFT, RIGHT = (0.0, 0.0, 8.0, 16.0), (8.0, 0.0, 8.0, 16.0)
QUICK = LocalisationSettings(draws=20)


def quadrants(*peaks: int) -> np.ndarray:
    """2 x 2 maps with their peak in quadrant 0 (top left), 1, 2, 3; -1: nothing positive."""
    cells = np.zeros((len(peaks), 2, 2))
    for row, peak in enumerate(peaks):
        if peak < 0:
            cells[row] = -1.0
        else:
            cells[row].flat[peak] = 1.0
    return cells


def nearest(cells: np.ndarray) -> np.ndarray:
    return cells.repeat(8, axis=1).repeat(8, axis=2)


def test_means_are_over_images_with_a_box_and_empty_maps_are_counted() -> None:
    cells = quadrants(0, 1, -1, 0)
    boxes = [[LEFT], [LEFT], [LEFT], []]
    found = localisation_metrics(nearest(cells), boxes, list("abcd"), native_cells=cells, settings=QUICK)
    pointing = found["pointing"]
    assert (pointing["value"], pointing["n"], pointing["zero_maps"]) == (pytest.approx(1 / 3, abs=1e-6), 3, 1)
    assert pointing["note"] == "1 of 3 maps hold no positive evidence and score 0"
    assert pointing["chance"] == 0.5
    assert pointing["location_prior"] is None
    # A quadrant inside a half: IoU 64 of 128 pixels once, 0 twice; drawn cells are the same rectangle here.
    assert found["iou_mass95"]["value"] == found["iou_mass95_cells"]["value"] == pytest.approx(0.5 / 3, abs=1e-6)


def test_the_location_prior_is_scored_as_a_map() -> None:
    # Two of three training boxes lie left: the prior points left, hits the first image, misses the second.
    prior = location_prior([[LEFT], [LEFT], [RIGHT], []], SIZE)
    assert prior[0, 0] == pytest.approx(2 / 3)
    cells = quadrants(0, 0)
    found = localisation_metrics(
        nearest(cells), [[LEFT], [RIGHT]], ["a", "b"], native_cells=cells, prior=prior,
        answers=Answers(scores=np.array([1.0, 2.0])), settings=QUICK,
    )  # fmt: skip
    assert found["pointing"]["location_prior"] == 0.5
    assert found["mass_in_box"]["location_prior"] == pytest.approx(0.5)
    # Peaks: the second image ranks first and misses, the first hits at place 2.
    assert found["pointwise_argmax"]["value"] == pytest.approx(0.25)
    assert found["pointwise_argmax"]["location_prior"] == pytest.approx(0.25)
    assert set(found) == {*MAP_METRICS, *CELL_METRICS}


def test_true_positives_only_leaves_the_missed_out() -> None:
    cells = quadrants(0, 1)
    answers = Answers(predicted=np.array([True, False]))
    settings = LocalisationSettings(true_positives_only=True, draws=20)
    found = localisation_metrics(nearest(cells), [[LEFT], [LEFT]], ["a", "b"], answers=answers, settings=settings)
    assert (found["mass_in_box"]["value"], found["mass_in_box"]["n"]) == (1.0, 1)
    nobody = Answers(predicted=np.array([False, False]))
    empty = localisation_metrics(nearest(cells), [[LEFT], [LEFT]], ["a", "b"], answers=nobody, settings=settings)
    assert empty["mass_in_box"] == {
        "value": None, "ci": None, "n": 0, "method": "patient bootstrap", "note": "no true positive",
    }  # fmt: skip


def test_a_positive_image_without_a_box_is_no_false_positive() -> None:
    # Its cells would stand first in the list; told that it is positive, it is left out.
    cells = quadrants(0, 1)
    cells[1] *= 2
    boxes: list[list[tuple[float, float, float, float]]] = [[LEFT], []]
    maps, patients = nearest(cells), ["a", "b"]
    blind = localisation_metrics(maps, boxes, patients, native_cells=cells, settings=QUICK)
    told = Answers(labels=np.array([1.0, 1.0]))
    known = localisation_metrics(maps, boxes, patients, native_cells=cells, answers=told, settings=QUICK)
    assert blind["pointwise_cells"]["value"] == pytest.approx(0.5)
    assert known["pointwise_cells"]["value"] == pytest.approx(1.0)
    assert known["pointwise_argmax"]["note"] == "answers.scores, the image scores, were not given"


def test_masks_alone_are_enough() -> None:
    cells = quadrants(0, 3)
    masks = [nearest(cells)[0] > 0, None]
    found = localisation_metrics(nearest(cells), [[], []], ["a", "b"], masks=masks, settings=QUICK)
    assert {name: found[name]["value"] for name in MAP_METRICS} == dict.fromkeys(MAP_METRICS, 1.0)
    assert found["dice"]["n"] == 1


def test_upsampled_maps_are_made_when_asked_for() -> None:
    native = np.random.default_rng(0).random((3, 2, 2))
    maps = UpsampledMaps(native, SIZE)
    assert len(maps) == 3
    assert maps[1].shape == SIZE
    assert maps[1].mean() == pytest.approx(native[1].mean())
    assert len(maps[:2]) == 2
    with pytest.raises(ValueError, match=r"maps of shape \(2, 2\); wanted \[n,h,w\]"):
        UpsampledMaps(native[0], SIZE)


def test_what_does_not_fit_is_named() -> None:
    maps = nearest(quadrants(0))
    with pytest.raises(ValueError, match="1 maps, 2 box lists, 1 patients; the counts must agree"):
        localisation_metrics(maps, [[LEFT], []], ["a"])
    with pytest.raises(ValueError, match=r"true_positives_only without answers.predicted"):
        localisation_metrics(maps, [[LEFT]], ["a"], settings=LocalisationSettings(true_positives_only=True))
    with pytest.raises(ValueError, match=r"location prior of shape \(2, 2\); wanted \(16, 16\)"):
        localisation_metrics(maps, [[LEFT]], ["a"], prior=np.ones((2, 2)))
    with pytest.raises(ValueError, match="several 'first' is not one of best, union"):
        LocalisationSettings(several="first")


def test_the_registry_names_what_the_reports_hold() -> None:
    cells = quadrants(0, 1)
    answers = Answers(scores=np.array([1.0, math.pi]))
    found = localisation_metrics(
        nearest(cells), [[LEFT], []], ["a", "b"], native_cells=cells, answers=answers, settings=QUICK
    )
    assert set(found) == {name for name, metric in METRICS.items() if metric.group == "localisation"}
