"""A share from drawn cases, how many are needed, and that it covers the truth where answers beside the model do not."""

import numpy as np
import pytest

from benchmarks.anchoring import simulate
from measures.sampled_share import cases_needed, sampled_share, weeks_until
from measures.wilson import wilson_interval


def test_equal_chances_give_wilsons_interval() -> None:
    own = sampled_share(np.arange(100) < 85, np.full(100, 0.05))
    assert (own.value, own.n) == (0.85, 100)
    assert own.effective == pytest.approx(100)
    assert (own.low, own.high) == pytest.approx(wilson_interval(85, 100))


def test_weights_undo_the_enrichment() -> None:
    """By hand: 10 of chance .5, 4 right; 10 of chance .1, 9 right: (4 * 2 + 9 * 10) / 120."""
    hits = np.array([True] * 4 + [False] * 6 + [True] * 9 + [False])
    own = sampled_share(hits, np.array([0.5] * 10 + [0.1] * 10))
    assert own.value == pytest.approx(98 / 120)
    assert own.effective < 20


def test_all_right_still_has_an_interval_and_bad_chances_are_refused() -> None:
    own = sampled_share(np.ones(30, bool), np.full(30, 0.05))
    assert own.low < 0.9 < own.high
    assert own.high == pytest.approx(1)
    for chances in (np.zeros(2), np.full(2, 1.5), np.ones(0)):
        with pytest.raises(ValueError, match="allowed: 1 or more, chances above 0 to 1"):
            sampled_share(np.ones(len(chances), bool), chances)


def test_weeks_until_an_interval_is_narrow_enough() -> None:
    low, high = wilson_interval(round(0.5 * cases_needed(0.05)), cases_needed(0.05))
    assert high - low <= 0.1
    assert cases_needed(0.05) == 381
    assert weeks_until(0.05, 1000, 0.05) == 8  # 50 a week
    assert weeks_until(0.05, 1000, 0.05, part=0.1) == 77
    assert weeks_until(0.05, 1000, 0.0) is None
    assert weeks_until(0.05, 0.01, 0.05) is None
    with pytest.raises(ValueError, match="half width"):
        cases_needed(0.5)


@pytest.mark.parametrize(("share", "n"), [(0.5, 381), (0.8, 245), (1.0, 35)])
def test_how_many_cases_an_interval_takes(share: float, n: int) -> None:
    """Close to z^2 p (1 - p) / d^2 in the middle: 384 and 246."""
    assert cases_needed(0.05, share) == n


@pytest.mark.parametrize("enriched", [False, True])
def test_answers_beside_the_model_overstate_it_and_those_before_cover_the_truth(enriched: bool) -> None:
    """300 runs; the benchmark makes 1,000."""
    found = simulate(300, 11, enriched)
    assert 0.92 < found["beside_the_model"] < 0.95
    assert found["beside_covers"] == 0
    assert found["before_the_model"] == pytest.approx(0.85, abs=0.005)
    assert 0.92 <= found["before_covers"] <= 0.98
    if enriched:
        assert found["before_unweighted"] < 0.75
