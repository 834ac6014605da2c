"""What the benchmark of erased boxes erases and counts, by hand."""

import numpy as np
import pytest

from benchmarks.deletion_on_boxes import area_under, moved, part_of

BOXES = ((10.0, 20.0, 40.0, 80.0), (0.0, 0.0, 4.0, 4.0))


def test_a_part_lies_about_the_middle_of_each_box_and_has_its_share_of_the_area() -> None:
    first, second = part_of(BOXES, 0.25).polygons
    assert first == ((20, 40), (40, 40), (40, 80), (20, 80))
    assert second == ((1, 1), (3, 1), (3, 3), (1, 3))


def test_random_boxes_keep_their_sizes_and_lie_in_the_picture() -> None:
    found = moved(BOXES, np.array([[0.0, 50.0], [99.0, 99.0]]), 100, 100)
    assert found == ((0, 10, 40, 80), (96, 96, 4, 4))


def test_the_area_is_the_mean_fall_between_nothing_and_all() -> None:
    falls = np.array([[0.25, 0.5, 0.75, 1.0], [0.0, 0.0, 0.0, 1.0], [1.0, 1.0, 1.0, 1.0]])
    assert area_under(falls).tolist() == pytest.approx([0.5, 0.125, 0.875])
