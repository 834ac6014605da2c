"""Wilson's interval: published, at the ends, and what is no proportion."""

import pytest

from measures.wilson import wilson_interval


def test_the_published_examples() -> None:
    assert wilson_interval(81, 263) == pytest.approx((0.25529, 0.36621), abs=5e-6)
    assert wilson_interval(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_an_end_of_the_scale_is_kept() -> None:
    # p = 0: (z²/n) / (1 + z²/n) with z² = 3.841459 and n = 10 is .27753.
    assert wilson_interval(0, 10) == pytest.approx((0.0, 0.27753), abs=5e-6)
    assert wilson_interval(10, 10) == pytest.approx((0.72247, 1.0), abs=5e-6)


@pytest.mark.parametrize(("successes", "n"), [(3, 2), (-1, 2), (0, 0)])
def test_what_is_no_proportion_is_named(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"{successes} of {n} is no proportion"):
        wilson_interval(successes, n)


def test_rounding_leaves_no_end_outside_the_scale() -> None:
    assert min(wilson_interval(0, n)[0] for n in range(1, 400)) == 0.0
    assert max(wilson_interval(n, n)[1] for n in range(1, 400)) == 1.0
