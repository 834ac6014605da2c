"""What the benchmark of erased boxes erases and counts, by hand."""

import numpy as np
import pytest

from benchmarks.deletion_on_boxes import AREA_TOLERANCE, area_under, covered, drawn, moved, part_of

BOXES = ((10.0, 20.0, 40.0, 80.0), (0.0, 0.0, 4.0, 4.0))


def test_a_part_lies_about_the_middle_of_each_box_and_has_its_share_of_the_area() -> None:
    first, second = part_of(BOXES, 0.25).polygons
    assert first == ((20, 40), (40, 40), (40, 80), (20, 80))
    assert second == ((1, 1), (3, 1), (3, 3), (1, 3))


def test_random_boxes_keep_their_sizes_and_lie_in_the_picture() -> None:
    found = moved(BOXES, np.array([[0.0, 50.0], [99.0, 99.0]]), 100, 100)
    assert found == ((0, 10, 40, 80), (96, 96, 4, 4))


def test_what_two_boxes_share_is_covered_once() -> None:
    assert covered(((0, 0, 10, 10), (5, 5, 10, 10))) == 175
    assert covered(BOXES) == 40 * 80 + 16


@pytest.mark.parametrize("others", [None, np.array([[30.0, 50.0], [34.0, 52.0], [70.0, 50.0]])])
def test_random_boxes_cover_as_much_as_the_true_ones(others: np.ndarray | None) -> None:
    """Places that lie close together would let them overlap, and erase less."""
    true = ((10.0, 20.0, 30.0, 40.0), (60.0, 20.0, 30.0, 40.0))
    rng = np.random.default_rng(1)
    for _ in range(50):
        found = drawn(rng, true, (100, 100), others)
        assert covered(found) == pytest.approx(covered(true), rel=AREA_TOLERANCE)
        assert all(0 <= x <= 100 - w and 0 <= y <= 100 - h for x, y, w, h in found)


def test_anywhere_no_place_is_likelier_than_another() -> None:
    rng, box = np.random.default_rng(2), ((10.0, 20.0, 30.0, 40.0),)
    left = np.array([drawn(rng, box, (100, 100), None)[0][0] for _ in range(4000)])
    assert np.histogram(left, 7, (0, 70))[0].tolist() == pytest.approx([4000 / 7] * 7, abs=4 * (4000 / 7) ** 0.5)


def test_the_area_is_the_mean_fall_between_nothing_and_all() -> None:
    falls = np.array([[0.25, 0.5, 0.75, 1.0], [0.0, 0.0, 0.0, 1.0], [1.0, 1.0, 1.0, 1.0]])
    assert area_under(falls).tolist() == pytest.approx([0.5, 0.125, 0.875])
