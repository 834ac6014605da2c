"""DeLong's variance and interval. Normals 1 2 3, abnormals 2 4: V10 = .5, 1; V01 = 1, .75, .5."""

import math

import numpy as np
import pytest

from measures.delong import logit_interval, placement_covariance
from measures.roc_area import placements

NORMAL, ABNORMAL = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0])


def test_the_variance_by_hand() -> None:
    # V10 = .5, 1: variance 1/8, over 2. V01 = 1, .75, .5: variance 1/16, over 3. 1/16 + 1/48 = 1/12.
    assert placement_covariance(*placements(NORMAL, ABNORMAL))[0, 0] == pytest.approx(1 / 12)


def test_the_variance_of_a_difference_is_that_of_the_differences() -> None:
    generator = np.random.default_rng(0)
    pairs = [placements(generator.normal(size=9), generator.normal(size=7)) for _ in range(2)]
    (first, first_normal), (second, second_normal) = pairs
    both = placement_covariance(np.array([first, second]), np.array([first_normal, second_normal]))
    assert both.shape == (2, 2)
    of_gap = placement_covariance(second - first, second_normal - first_normal)
    assert of_gap[0, 0] == pytest.approx(both[0, 0] + both[1, 1] - 2 * both[0, 1])


def test_the_interval_by_hand() -> None:
    # log(.75 / .25) = log 3; half width 1.959964 * .353553 / .1875.
    half = 1.959964 * math.sqrt(0.125) / (0.75 * 0.25)
    low, high = logit_interval(0.75, math.sqrt(0.125))
    assert low == pytest.approx(1 / (1 + math.exp(half - math.log(3))), abs=1e-6)
    assert high == pytest.approx(1 / (1 + math.exp(-half - math.log(3))), abs=1e-6)


def test_an_interval_far_out_stays_inside_the_scale() -> None:
    # half width 1.96 * .01 / 1e-6 = 19,600: e^19600 is no float
    assert logit_interval(1e-6, 0.01) == (0.0, 1.0)
