"""McNemar's exact test: published and by hand."""

import pytest

from measures.mcnemar import mcnemar_exact


def test_the_published_example() -> None:
    assert mcnemar_exact(2, 9) == pytest.approx(0.0654297, abs=5e-8)


def test_by_hand() -> None:
    assert mcnemar_exact(0, 6) == pytest.approx(2 / 64)
    assert mcnemar_exact(3, 3) == 1.0  # twice the lower half and its middle is more than 1
    assert mcnemar_exact(0, 0) == 1.0


def test_a_negative_count_is_named() -> None:
    with pytest.raises(ValueError, match="got -1 and 2"):
        mcnemar_exact(-1, 2)
