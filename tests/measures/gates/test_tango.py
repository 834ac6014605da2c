"""Tango's score interval: published values, a closed form, and the search that defines it."""

import math

import pytest
from scipy.optimize import minimize_scalar

from measures.gates.tango import cases_needed, score_statistic, tango_interval


def test_the_published_example() -> None:
    # Bentur et al. 2009 in Fagerland, Lydersen and Laake, Statistics in Medicine 2014: 1 and 7 discordant of 21.
    assert tango_interval(1, 7, 21) == pytest.approx((-0.517, -0.026), abs=5e-4)


def test_against_another_program() -> None:
    # R, PropCIs::scoreci.mp on 48 and 41 discordant of 549, 90 %.
    assert tango_interval(48, 41, 549, alpha=0.1) == pytest.approx((-0.0157, 0.0414), abs=5e-5)


def test_without_a_discordant_case_it_is_a_formula() -> None:
    z = 1.6448536269514722
    assert tango_interval(0, 0, 50, alpha=0.1) == pytest.approx((-z * z / (50 + z * z), z * z / (50 + z * z)))


def test_swapped_counts_mirror_it_and_ends_stay_inside() -> None:
    low, high = tango_interval(3, 9, 40)
    assert tango_interval(9, 3, 40) == pytest.approx((-high, -low))
    assert tango_interval(5, 0, 5)[1] == pytest.approx(1.0)
    assert tango_interval(0, 5, 5)[0] == pytest.approx(-1.0)


@pytest.mark.parametrize("difference", [-0.2, -0.05, 0.1, 0.3])
def test_the_share_is_the_most_likely_one(difference: float) -> None:
    b, c, n = 7, 4, 60

    def minus_likelihood(q: float) -> float:  # q: share of c-cases; b-cases then have q + d
        return -(b * math.log(q + difference) + c * math.log(q) + (n - b - c) * math.log(1 - 2 * q - difference))

    least = max(0.0, -difference) + 1e-9
    found = minimize_scalar(minus_likelihood, bounds=(least, (1 - difference) / 2 - 1e-9), method="bounded").x
    variance = n * (2 * found + difference * (1 - difference))
    assert score_statistic(b, c, n, difference) == pytest.approx(
        (b - c - n * difference) / math.sqrt(variance), abs=1e-3
    )


def test_cases_needed_without_discordance_are_those_whose_interval_ends_at_the_margin() -> None:
    n = cases_needed(0.0, 0.05, 0.05, 0.84)
    assert tango_interval(0, 0, n, alpha=0.1)[0] == pytest.approx(-0.05)


def test_counts_that_are_none_are_named() -> None:
    with pytest.raises(ValueError, match="4 and 3 discordant of 6"):
        tango_interval(4, 3, 6)
