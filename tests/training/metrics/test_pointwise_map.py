"""Pointwise average precision, both readings: the example of methods.md §14.4, by hand, and against a plain bootstrap."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from measures import bootstrap
from training.metrics.pointwise_map import (
    Candidates,
    average_precision,
    box_candidates,
    cell_candidates,
    estimate,
    peak_candidates,
)

CELLS = np.array([[[0.9, 0.6], [0.8, 0.1]], [[0.7, 0.2], [0.3, 0.5]]])
BOXES = [[(0.0, 0.0, 32.0, 64.0)], [(32.0, 32.0, 32.0, 32.0)]]  # the two left centres; the last centre
SIZE = (64, 64)


def plain(candidates: Candidates) -> float:
    """Average precision by its definition, one candidate at a time."""
    found = total = 0.0
    for place, hit in enumerate(candidates.hit, start=1):
        found += hit
        total += hit * found / place
    return total / candidates.wanted.sum()


def test_both_readings_of_the_design_example() -> None:
    # .9 hit, .8 same box again (false), .7 and .6 miss, .5 hit: .5 * 1 + .5 * 2/5
    assert estimate(cell_candidates(CELLS, BOXES, SIZE), ["a", "b"], 20).value == pytest.approx(0.70)
    # image scores .95 (peak hits), .6 (peak .7 misses): half the positive images at precision 1
    peaks = peak_candidates(CELLS, np.array([0.95, 0.6]), BOXES, SIZE)
    assert estimate(peaks, ["a", "b"], 20).value == pytest.approx(0.50)


def test_a_point_in_two_boxes_takes_the_one_still_free() -> None:
    # Both left cells lie in the tall box, the lower one in the flat box too: two boxes, two hits.
    boxes = [[(0.0, 0.0, 32.0, 64.0), (0.0, 32.0, 64.0, 32.0)], []]
    assert cell_candidates(CELLS, boxes, SIZE).hit.tolist() == [True, True, False, False, False, False, False, False]


def test_an_image_without_a_box_only_costs_precision() -> None:
    # .9 .8 .7: one hit at place 1; then the negative image's .7 cannot hit
    candidates = cell_candidates(CELLS, [BOXES[0], []], SIZE)
    assert average_precision(candidates, np.ones((1, 2)))[0] == pytest.approx(1.0)
    assert candidates.wanted.tolist() == [1.0, 0.0]


def test_a_detector_is_scored_by_the_centres_of_its_boxes() -> None:
    # .9 hits, .8 hits the same box again, the other image misses at .7
    detections = [[((0.0, 0.0, 20.0, 20.0), 0.9), ((4.0, 4.0, 20.0, 20.0), 0.8)], [((0.0, 0.0, 10.0, 10.0), 0.7)]]
    candidates = box_candidates(detections, BOXES)
    assert candidates.hit.tolist() == [True, False, False]
    assert average_precision(candidates, np.ones((1, 2)))[0] == pytest.approx(0.5)


def test_weights_of_one_give_the_plain_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.metrics.pointwise_map._ROWS", 7)  # several blocks of hits
    random = np.random.default_rng(0)
    cells = random.random((40, 4, 4))
    boxes = [[(8.0 * int(random.integers(6)), 8.0, 24.0, 24.0)] if row % 2 else [] for row in range(40)]
    for candidates in (cell_candidates(cells, boxes, SIZE), peak_candidates(cells, random.random(40), boxes, SIZE)):
        assert average_precision(candidates, np.ones((1, 40)))[0] == pytest.approx(plain(candidates))


def test_an_image_drawn_twice_stands_twice() -> None:
    value = average_precision(cell_candidates(CELLS, BOXES, SIZE), np.array([[2.0, 1.0]]))[0]
    # at .9: both copies hit, 2 of 2; at .5: 3 hits among .9 .8 .6 twice and .7 .5 once, 8. (2 * 1 + 3/8) / 3 boxes
    assert value == pytest.approx((2 + 3 / 8) / 3)


def test_the_interval_is_by_patient_and_null_without_a_box() -> None:
    patients = [str(i // 2) for i in range(6)]
    cells = np.random.default_rng(0).random((6, 2, 2))
    candidates = cell_candidates(cells, [[(0.0, 0.0, 32.0, 32.0)]] * 6, SIZE)
    values = [average_precision(candidates, block) for block in bootstrap.weight_blocks(patients, 200, 0)]
    assert estimate(candidates, patients, 200).ci == pytest.approx(tuple(np.percentile(values, [2.5, 97.5])))
    empty = estimate(cell_candidates(cells, [[]] * 6, SIZE), patients)
    assert empty.document()["note"] == "no box"


def test_boxes_that_overlap_count_the_same_in_any_order() -> None:
    # The higher cell lies in both boxes, the lower in the large one alone: both hit.
    cells = np.array([[[0.9, 0.8]]])
    large, small = (0.0, 0.0, 64.0, 32.0), (0.0, 0.0, 32.0, 32.0)
    for boxes in ([large, small], [small, large]):
        assert plain(cell_candidates(cells, [boxes], (32, 64))) == pytest.approx(1.0)


def test_a_chain_of_boxes_is_matched_as_far_as_it_goes_in_every_order() -> None:
    # Cells at 0.5, 1.5, 2.5; each box holds two neighbours, so three boxes and three cells fit only one way round.
    cells = np.array([[[0.9, 0.8, 0.7]]])
    boxes = [(0.0, 0.0, 2.0, 1.0), (1.0, 0.0, 2.0, 1.0), (0.0, 0.0, 1.0, 1.0)]
    for order in itertools.permutations(boxes):
        assert cell_candidates(cells, [order], (1, 3)).hit.tolist() == [True, True, True]
