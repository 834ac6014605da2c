"""Overlap of two boxes x, y, w, h by hand."""

import pytest

from measures.box_iou import box_iou


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ((0, 0, 10, 10), 1.0),
        ((5, 0, 10, 10), 50 / 150),
        ((5, 5, 10, 10), 25 / 175),
        ((2, 2, 5, 5), 25 / 100),
        ((10, 0, 10, 10), 0.0),  # a shared edge has no area
        ((20, 0, 5, 5), 0.0),  # beside: a negative width is no area
        ((0, 20, 5, 5), 0.0),  # below: neither is a negative height
        ((20, 20, 5, 5), 0.0),  # apart on both axes: two negative sides are no area
        ((5, 5, 0, 0), 0.0),  # a point
    ],
)
def test_by_hand(other: tuple[float, float, float, float], expected: float) -> None:
    box = (0.0, 0.0, 10.0, 10.0)
    assert box_iou(box, other) == pytest.approx(expected)
    assert box_iou(other, box) == pytest.approx(expected)


def test_two_points_share_nothing() -> None:
    assert box_iou((1, 1, 0, 0), (1, 1, 0, 0)) == 0.0
