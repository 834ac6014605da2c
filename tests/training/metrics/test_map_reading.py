"""What one map scores against one truth: the examples of methods.md §14.4 and hand computation."""

from __future__ import annotations

import numpy as np
import pytest

from inference.boxes import smallest_rectangle
from training.metrics.box_raster import best_overlap, boxes_of_mask, rasterised
from training.metrics.map_reading import MAP_METRICS, box_of, chance, read_map, score_map, truth_of
from training.metrics.pixel_precision import areas, pixel_order

HEAT = np.array([[0.0, 0, 0, 0], [0, 8, 1, 0], [0, 1, 0, 0]])
GT = (1.0, 1.0, 3.0, 1.0)  # row 1, columns 1-3


def test_auprc_of_the_design_example() -> None:
    # scores .9 .8 .7 .1, mask 1 0 1 0: steps .5 * 1 + .5 * 2/3; trapezoid .5 + .5 * (1/2 + 2/3)/2
    heat, mask = np.array([[0.9, 0.8], [0.7, 0.1]]), np.array([[True, False], [True, False]])
    assert areas(pixel_order(heat), mask) == pytest.approx((0.833333, 0.791667), abs=1e-6)


def test_equal_pixels_enter_together() -> None:
    # an even map: all four at once, precision 1/4 at recall 1
    assert areas(pixel_order(np.ones((2, 2))), np.eye(2, dtype=bool) & np.array([[True, False]]))[0] == 0.25


def test_the_map_of_the_design_example() -> None:
    reading = read_map(HEAT)
    assert reading is not None
    assert reading.mass95 == (1.0, 1.0, 2.0, 2.0)  # rows 1-2, columns 1-2
    assert np.percentile(HEAT, 95) == pytest.approx(4.15)
    assert reading.p95 == (1.0, 1.0, 1.0, 1.0)  # the single pixel 8
    ninety = smallest_rectangle(HEAT, 0.9)
    assert ninety is not None
    assert box_of(ninety) == (1.0, 1.0, 2.0, 1.0)  # row 1, columns 1-2
    scores = score_map(reading, truth_of([GT], None, (3, 4)))
    assert scores["mass_in_box"] == pytest.approx(0.9)
    assert scores["iou_mass95"] == pytest.approx(0.4)
    assert scores["iou_p95"] == pytest.approx(1 / 3)
    assert scores["pointing"] == 1.0
    # Otsu keeps the pixel 8 alone: IoU 1/3, Dice 2/4
    assert scores["iou_otsu"] == pytest.approx(1 / 3)
    assert scores["dice"] == pytest.approx(0.5)


def test_a_map_without_positive_evidence_scores_nothing() -> None:
    assert read_map(-np.ones((3, 4))) is None
    assert score_map(None, truth_of([GT], None, (3, 4))) == dict.fromkeys(MAP_METRICS, 0.0)


def test_a_given_threshold_takes_the_place_of_otsu() -> None:
    # SPN: pixels >= .5 are the lesion; here .6 .5 of .6 .5 .4 .1, mask the first three: 2/3 and 4/5
    heat = np.array([[0.6, 0.5, 0.4, 0.1]])
    mask = np.array([[True, True, True, False]])
    reading = read_map(heat, 0.5)
    scores = score_map(reading, truth_of([], mask, (1, 4)))
    assert (scores["iou_otsu"], scores["dice"]) == pytest.approx((2 / 3, 4 / 5))


def test_several_boxes_count_by_the_best_or_by_their_union() -> None:
    # the rectangle x 0-2 of a row of four: box 0-2 matches, box 3-4 does not; union 2 of 3 pixels
    truth = truth_of([(0.0, 0.0, 2.0, 1.0), (3.0, 0.0, 1.0, 1.0)], None, (1, 4))
    reading = read_map(np.array([[1.0, 1, 0, 0]]))
    assert score_map(reading, truth)["iou_mass95"] == 1.0
    assert score_map(reading, truth, "union")["iou_mass95"] == pytest.approx(2 / 3)


def test_chance_is_the_covered_share_and_for_overlaps_the_whole_field() -> None:
    # 3 of 12 pixels: .25; Dice of everything against a quarter: 2 * .25 / 1.25
    level = chance(truth_of([GT], None, (3, 4)))
    assert level == dict.fromkeys(MAP_METRICS, 0.25) | {"dice": pytest.approx(0.4)}


def test_a_mask_alone_gives_one_box_per_region() -> None:
    mask = np.zeros((4, 6), bool)
    mask[0, 0] = mask[1, 1] = True  # touch at a corner: one lesion
    mask[3, 4:6] = True
    assert boxes_of_mask(mask) == [(0.0, 0.0, 2.0, 2.0), (4.0, 3.0, 2.0, 1.0)]
    truth = truth_of([], mask, (4, 6))
    assert truth.mask.sum() == 4
    assert truth.covered.sum() == 6


def test_the_best_of_several_rectangles_counts() -> None:
    assert best_overlap((0, 0, 2, 2), [(2, 2, 1, 1), (1, 1, 2, 2)]) == pytest.approx(1 / 7)
    assert best_overlap((0, 0, 1, 1), []) == 0.0
    # the centre of pixel 1 is 1.5: a box from 1.5 holds it, one from 1.6 does not
    assert rasterised([(1.5, 0, 1, 1)], (1, 3)).tolist() == [[False, True, False]]
    assert rasterised([(1.6, 0, 1, 1)], (1, 3)).tolist() == [[False, False, True]]
