"""Predictive values and net benefit against a table of counts, and at the ends where they are not defined."""

import itertools

import pytest

from measures.net_benefit import net_benefit
from measures.predictive_values import (
    flagged_share,
    natural_frequencies,
    negative_predictive_value,
    positive_predictive_value,
)

# Whole tables: found, missed, flagged in vain, cleared.
TABLES = [(45, 5, 95, 855), (1, 3, 0, 96), (7, 0, 13, 80), (30, 20, 49, 1)]


@pytest.mark.parametrize(("found", "missed", "vain", "cleared"), TABLES)
def test_the_values_are_those_of_the_counts(found: int, missed: int, vain: int, cleared: int) -> None:
    n = found + missed + vain + cleared
    at = (found / (found + missed), cleared / (vain + cleared), (found + missed) / n)
    assert flagged_share(*at) == pytest.approx((found + vain) / n, abs=1e-12)
    assert positive_predictive_value(*at) == pytest.approx(found / (found + vain), abs=1e-9)
    assert negative_predictive_value(*at) == pytest.approx(cleared / (cleared + missed), abs=1e-9)
    # Vickers & Elkin: TP/n - FP/n x odds of the threshold; 20 % is one finding for four flags in vain.
    assert net_benefit(*at, 0.2) == pytest.approx(found / n - vain / n / 4, abs=1e-12)
    assert net_benefit(1, 0, at[2], 0.2) == pytest.approx((found + missed) / n - (vain + cleared) / n / 4, abs=1e-12)
    assert net_benefit(0, 1, at[2], 0.2) == 0


def test_where_all_or_none_have_the_finding() -> None:
    assert positive_predictive_value(0.9, 0.8, 0.0) == 0
    assert negative_predictive_value(0.9, 0.8, 0.0) == 1
    assert positive_predictive_value(0.9, 0.8, 1.0) == 1
    assert negative_predictive_value(0.9, 0.8, 1.0) == 0


def test_where_nothing_or_everything_is_flagged_there_is_no_such_share() -> None:
    assert positive_predictive_value(0.0, 1.0, 0.1) is None
    assert negative_predictive_value(1.0, 0.0, 0.1) is None
    assert positive_predictive_value(0.9, 1.0, 0.0) is None
    assert negative_predictive_value(1.0, 0.9, 1.0) is None


def test_a_threshold_of_one_has_no_odds() -> None:
    assert net_benefit(0.9, 0.8, 0.1, 1.0) is None
    assert net_benefit(0.9, 0.8, 0.1, 0.0) == pytest.approx(0.09)


@pytest.mark.parametrize("wrong", [-0.01, 1.01, float("nan")])
def test_what_is_no_share_is_named(wrong: float) -> None:
    for call in (positive_predictive_value, negative_predictive_value, flagged_share, natural_frequencies):
        with pytest.raises(ValueError, match="allowed: 0 to 1"):
            call(0.9, 0.8, wrong)
    with pytest.raises(ValueError, match="sensitivity"):
        net_benefit(wrong, 0.8, 0.1, 0.2)
    with pytest.raises(ValueError, match="threshold"):
        net_benefit(0.9, 0.8, 0.1, -0.2)


def test_whole_images_add_up_and_are_near() -> None:
    shares = (0, 0.13, 0.5, 0.951, 1)
    for sensitivity, specificity, prevalence in itertools.product(
        shares, shares, (0, 0.0004, 0.02, 0.05, 0.5, 0.97, 1)
    ):
        found = natural_frequencies(sensitivity, specificity, prevalence)
        assert found.rightly + found.missed == found.with_finding <= found.of
        assert found.rightly <= found.flagged <= found.of
        assert abs(found.flagged / found.of - flagged_share(sensitivity, specificity, prevalence)) <= 1.5 / found.of
        assert abs(found.with_finding / found.of - prevalence) <= 1.5 / found.of
    assert natural_frequencies(0.5, 0.9, 0.1).of == 100
    assert natural_frequencies(0.9, 0.9, 0.05).of == 1_000
    assert natural_frequencies(0.9, 0.9, 0.02).of == 10_000
    assert natural_frequencies(0.9, 0.9, 0.0004).of == 100_000
    assert natural_frequencies(0.9, 0.9, 1).of == 100
    assert natural_frequencies(1, 0, 0.1).of == 100
    assert natural_frequencies(0.75, 0.9, 0.1).with_finding == 100, "half up: 75 and 25 of 1,000"


def test_whole_images_agree_with_the_predictive_value() -> None:
    """Five flagged rightly of ten are PPV .5 to within half an image of five."""
    shares = (0, 0.03, 0.2, 0.5, 0.83, 0.97, 0.999, 1)
    for at in itertools.product(shares, shares, (0.0002, 0.003, 0.01, 0.05, 0.08, 0.3, 0.9, 0.999)):
        found, ppv = natural_frequencies(*at), positive_predictive_value(*at)
        if flagged_share(*at) * found.of > 1e-6:
            assert found.flagged > 0 or {"rightly", "in_vain"} & set(found.fewer_than_one), at
        if ppv is not None and found.of < 100_000:
            assert not found.fewer_than_one
            assert found.rightly / found.flagged == pytest.approx(ppv, abs=0.03), at


def test_what_happens_to_fewer_than_one_is_told_apart_from_none() -> None:
    found = natural_frequencies(0.2, 0.99999999, 0.00001)
    assert (found.of, found.rightly, found.flagged) == (100_000, 0, 0)
    assert found.fewer_than_one == ("rightly", "in_vain", "missed")
    assert natural_frequencies(0, 1, 0.1).fewer_than_one == ()
