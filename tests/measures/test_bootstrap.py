"""Resamples of patients: whole patients, the same as weights, and the limits taken from them."""

import math

import numpy as np
import pytest

from measures import bootstrap


def test_a_resample_holds_whole_patients() -> None:
    patients = ["a", "a", "b", "c"]
    for indices in bootstrap.resamples(patients, 50, 0):
        counts = np.bincount(indices, minlength=4)
        assert counts[0] == counts[1]
        assert counts[0] + counts[2] + counts[3] == 3


def test_weights_are_the_multiplicities_of_the_same_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "BLOCK_VALUES", 12)  # three rows to a block
    patients = ["a", "b", "a", "c"]
    blocks = list(bootstrap.weight_blocks(patients, 7, 3))
    assert [len(block) for block in blocks] == [3, 3, 1]
    drawn = [np.bincount(indices, minlength=4) for indices in bootstrap.resamples(patients, 7, 3)]
    assert np.concatenate(blocks).tolist() == np.array(drawn).tolist()


def test_patients_are_drawn_in_the_order_of_their_names() -> None:
    # A seed means the same resample whatever the order of the rows: b stands first here, and a is still number 0.
    number = np.random.default_rng(5).integers(2, size=2)
    expected = np.concatenate([[np.array([1]), np.array([0, 2])][k] for k in number])
    assert next(bootstrap.resamples(["b", "a", "b"], 1, 5)).tolist() == expected.tolist()


def test_numbered_cases_are_plain_draws_with_replacement() -> None:
    drawn = next(bootstrap.resamples(range(12), 1, 3))  # 10 and 11 come after 9, as numbers, not after 1, as words
    assert drawn.tolist() == np.random.default_rng(3).integers(12, size=12).tolist()


def test_no_case_is_an_error() -> None:
    with pytest.raises(ValueError, match="0 cases"):
        next(bootstrap.resamples([], 1, 0))
    with pytest.raises(ValueError, match="0 cases"):
        next(bootstrap.weight_blocks([], 1, 0))


def test_the_limits_are_quantiles_of_what_is_defined() -> None:
    values = np.array([*range(41), math.nan])  # 2.5 % of the 40 steps is 1
    assert bootstrap.percentile_limits(values) == pytest.approx((1.0, 39.0))
    assert bootstrap.percentile_limits(values, alpha=0.5) == pytest.approx((10.0, 30.0))
    assert all(map(math.isnan, bootstrap.percentile_limits(np.array([math.nan]))))
