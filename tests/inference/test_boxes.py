"""The three box rules on maps that can be checked with a pencil (methods.md sections 9 and 14.4)."""

import itertools

import numpy as np
import pytest

from inference.boxes import (
    CellRectangle,
    MapField,
    classmap_fixed_boxes,
    component_boxes,
    interpolate,
    mass95_boxes,
    smallest_rectangle,
)

ORACLE = np.array([[0, 0, 0, 0], [0, 8, 1, 0], [0, 1, 0, 0]], float)


def field(columns=40, rows=30, region=None, kind="classmaps"):
    """A map over the whole image: cells of the 3 x 4 oracle are 10 x 10 source pixels."""
    return MapField(kind, region or (0, 0, columns, rows), rows, columns)


def corners(box):
    return box.x, box.y, box.w, box.h


def by_trying_all(positive, fraction):
    """Every rectangle of cells, in the order least area, most mass, top, left."""
    height, width = positive.shape
    found = []
    for top, left in itertools.product(range(height), range(width)):
        for bottom, right in itertools.product(range(top + 1, height + 1), range(left + 1, width + 1)):
            mass = positive[top:bottom, left:right].sum()
            if mass >= fraction * positive.sum():
                found.append(((bottom - top) * (right - left), -mass, top, left, bottom, right))
    return CellRectangle(*min(found)[2:])


def test_mass95_of_the_oracle_is_rows_and_columns_1_to_2():
    # total 10, wanted 9.5: only 8 + 1 + 1 reaches it, and its hull is 2 x 2
    assert smallest_rectangle(ORACLE, 0.95) == CellRectangle(1, 1, 3, 3)
    (box,) = mass95_boxes(ORACLE, field())
    assert corners(box) == (10, 10, 20, 20)
    assert (box.rule, box.map, box.score) == ("mass95", "classmaps", 8)


def test_at_90_percent_the_oracle_is_row_1_columns_1_to_2():
    assert smallest_rectangle(ORACLE, 0.90) == CellRectangle(1, 1, 2, 3)  # before the column: same area, less left


@pytest.mark.parametrize("seed", range(25))
def test_the_smallest_rectangle_is_exact(seed):
    # small whole numbers make many ties, and exact sums
    positive = np.random.default_rng(seed).integers(0, 4, (5, 6)).astype(float)
    positive[0, 0] += 1
    for fraction in (0.5, 0.95):
        assert smallest_rectangle(positive, fraction) == by_trying_all(positive, fraction)


def test_empty_borders_do_not_move_the_rectangle():
    positive = np.zeros((9, 12))
    positive[3:6, 4:9] = np.random.default_rng(0).random((3, 5))
    assert smallest_rectangle(positive, 0.95) == by_trying_all(positive, 0.95)


def test_ties_go_to_the_top_and_then_to_the_left():
    assert smallest_rectangle(np.array([[0, 1.0, 0], [1.0, 0, 1.0]]), 1 / 3) == CellRectangle(0, 1, 1, 2)
    assert smallest_rectangle(np.array([[1.0, 0, 1.0]]), 0.5) == CellRectangle(0, 0, 1, 1)


def test_equal_areas_go_to_the_greater_mass():
    assert smallest_rectangle(np.array([[5.0, 0, 6.0]]), 0.4) == CellRectangle(0, 2, 1, 3)


def test_rounding_does_not_decide_a_tie():
    tenths = np.full((4, 4), 0.1)  # sums of tenths differ in the last digit by their order
    assert smallest_rectangle(tenths, 0.5) == CellRectangle(0, 0, 2, 4)


def test_classmap_fixed_is_the_peak_cell_seen_in_the_image():
    # 64 x 64 input, 2 x 2 map: d = 32, in an image of 128 x 128 it is 64; peak in the lower right cell
    values = np.array([[0.7, 0.2], [0.3, 0.9]])
    (box,) = classmap_fixed_boxes(values, field(128, 128))
    assert corners(box) == (64, 64, 64, 64)
    assert box.score == 0.9


def test_negative_scores_are_no_evidence():
    (box,) = mass95_boxes(np.where(ORACLE > 0, ORACLE, -100), field())
    assert corners(box) == (10, 10, 20, 20)


@pytest.mark.parametrize("values", [np.zeros((3, 4)), np.full((3, 4), -1.0)])
def test_a_map_without_positive_evidence_has_no_box(values):
    assert mass95_boxes(values, field()) == []
    assert classmap_fixed_boxes(values, field()) == []
    assert component_boxes(values, field(), 0.0, (30, 40)) == []


def test_components_are_regions_of_the_interpolated_map():
    # cells of 10 px; a peak of 4 falls linearly to 0 at the neighbours' centres, 10 px away in each direction:
    # along the axes it is >= 2 up to 5 px from the centre at x 15, y 15; pixel centres 10.5 .. 19.5
    values = np.zeros((3, 4))
    values[1, 1] = 4
    (box,) = component_boxes(values, field(), 2.0, (30, 40))
    assert corners(box) == (10, 10, 10, 10)
    assert box.score == pytest.approx(4 * 0.95 * 0.95)  # the nearest pixel centre is half a pixel off in x and y


def test_components_come_highest_first_and_at_most_five():
    values = np.zeros((1, 21))
    values[0, 1::3] = np.arange(1.0, 8.0)
    boxes = component_boxes(values, MapField("gradcam", (0, 0, 210, 10), 10, 210), 0.5, (10, 210))
    assert len(boxes) == 5
    assert [round(box.score) for box in boxes] == [7, 6, 5, 4, 3]


def test_regions_that_touch_at_a_corner_are_one():
    values = np.array([[4.0, 0.0], [0.0, 4.0]])
    assert len(component_boxes(values, MapField("gradcam", (0, 0, 2, 2), 2, 2), 1.0, (2, 2))) == 1


def test_a_region_that_starts_inside_the_image_moves_the_boxes_with_it():
    # a centre crop: the 3 x 4 cells of 5 x 10 pixels begin at column 100, row 20
    moved = field(columns=200, rows=60, region=(100, 20, 120, 50))
    (fixed,) = classmap_fixed_boxes(ORACLE, moved)  # the peak is cell (1, 1)
    (mass,) = mass95_boxes(ORACLE, moved)
    assert corners(fixed) == (105, 30, 5, 10)
    assert corners(mass) == (105, 30, 10, 20)


def test_a_score_equal_to_the_threshold_is_inside():
    (box,) = component_boxes(ORACLE, field(), 8, (3, 4))  # on its own grid the map is not interpolated
    assert corners(box) == (10, 10, 10, 10)


def test_boxes_are_clipped_to_the_image():
    # a letterbox reaches 20 px above and below an image of 40 x 40: the top cell's box is half outside
    values = np.array([[1.0, 0], [0, 0]])
    (box,) = classmap_fixed_boxes(values, MapField("gradcam", (0, -20, 40, 60), 40, 40))
    assert corners(box) == (0, 0, 20, 20)


def test_a_box_wholly_outside_the_image_is_dropped():
    values = np.zeros((4, 1))
    values[0, 0] = 1
    assert classmap_fixed_boxes(values, MapField("gradcam", (0, -20, 40, 60), 40, 40)) == []


def test_interpolation_holds_the_edges_and_is_linear_between_centres():
    fine = interpolate(np.array([[0.0, 4.0]]), (1, 8))  # centres at 2 and 6 of 8; pixel centres at 0.5 .. 7.5
    np.testing.assert_allclose(fine[0], [0, 0, 0.5, 1.5, 2.5, 3.5, 4, 4])
    np.testing.assert_allclose(interpolate(np.array([[3.0]]), (2, 3)), 3)


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize(
    "rule", [classmap_fixed_boxes, mass95_boxes, lambda values, own: component_boxes(values, own, 0.5, (8, 8))]
)
def test_every_rule_refuses_a_map_that_holds_no_number_and_names_it(rule, wrong):
    values = np.array([[wrong, 1], [0, 0]])
    with pytest.raises(ValueError, match="map 'gradcam' has 1 of 4 values that are not finite"):
        rule(values, field(kind="gradcam"))
