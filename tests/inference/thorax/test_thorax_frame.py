"""Thorax coordinates against values worked out by hand."""

import numpy as np
import pytest

from inference.thorax.site_atlas import side_at
from inference.thorax.thorax_frame import ThoraxFrame

UPRIGHT = ThoraxFrame((100.0, 100.0), 50.0, 80.0, 20.0, 120.0, 120.0, 1.0)


@pytest.mark.parametrize(
    ("x", "y", "u", "v"),
    [
        (100, 20, 0.0, 0.0),
        (50, 120, -1.0, 1.0),
        (180, 70, 1.0, 0.5),
        (75, 45, -0.5, 0.25),
        (140, 130, 0.5, 1.1),
        (100, 10, 0.0, -0.1),
    ],
)
def test_each_side_is_measured_by_its_own_half(x: float, y: float, u: float, v: float) -> None:
    assert UPRIGHT.coordinates(np.array(x), np.array(y)) == (pytest.approx(u), pytest.approx(v))


def test_a_leaning_midline_carries_its_points_along() -> None:
    leaning = ThoraxFrame((100.0, 120.0), 50.0, 50.0, 0.0, 100.0, 100.0, 1.0)
    u, v = leaning.coordinates(np.array([100.0, 110.0, 120.0, 85.0]), np.array([0.0, 50.0, 100.0, 50.0]))
    assert u == pytest.approx([0, 0, 0, -0.5])
    assert v == pytest.approx([0, 0.5, 1, 0.5])
    # 0.85 of the way down the midline lies at 117
    assert leaning.lateral_edges == (pytest.approx(67), pytest.approx(167))


def test_each_dome_is_v_1_on_its_side() -> None:
    uneven = ThoraxFrame((100.0, 100.0), 50.0, 50.0, 0.0, 100.0, 120.0, 1.0)
    _, v = uneven.coordinates(np.array([50.0, 100.0, 150.0]), np.array([100.0, 110.0, 120.0]))
    assert v == pytest.approx([1, 1, 1])


def test_a_frame_scales_with_its_picture() -> None:
    u, v = UPRIGHT.scaled(4).coordinates(np.array(4 * 75.0), np.array(4 * 45.0))
    assert (u, v) == (pytest.approx(-0.5), pytest.approx(0.25))


def test_sides_are_the_patients() -> None:
    assert side_at(np.array([-0.5, -0.11, -0.09, 0.0, 0.09, 0.11, 2.0])).tolist() == ["R", "R", "M", "M", "M", "L", "L"]
