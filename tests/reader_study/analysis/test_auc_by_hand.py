"""Normals 1 2 3, abnormals 2 4 (studies_methods.md §13): kernel rows 1 1 / .5 1 / 0 1, mean 4.5 / 6."""

import numpy as np
import pytest

from reader_study.analysis.auc import auc, kernel
from reader_study.analysis.delong import estimate, placement_covariance
from reader_study.analysis.figures_of_merit import auc_leave_one_out
from reader_study.analysis.ustatistics import unbiased_covariance

NORMAL, ABNORMAL = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0])


def test_the_area_counts_ties_half() -> None:
    assert kernel(NORMAL, ABNORMAL).tolist() == [[1, 1], [0.5, 1], [0, 1]]
    assert auc(NORMAL, ABNORMAL) == pytest.approx(0.75)


def test_delong_variance_by_hand() -> None:
    # V10 = .5, 1: variance 1/8, over 2. V01 = 1, .75, .5: variance 1/16, over 3. 1/16 + 1/48 = 1/12.
    assert placement_covariance(kernel(NORMAL, ABNORMAL)[None])[0, 0] == pytest.approx(1 / 12)


def test_jackknife_variance_by_hand() -> None:
    # Without 1, 2, 3: 2.5/4, 3/4, 3.5/4; without 2, 4: 1, .5. Sum of squares about .75 is 5/32; times 4/5 is 1/8.
    left = auc_leave_one_out(NORMAL, ABNORMAL)
    assert left.tolist() == pytest.approx([0.625, 0.75, 0.875, 1.0, 0.5])
    assert 4 / 5 * np.sum((left - left.mean()) ** 2) == pytest.approx(1 / 8)


def test_unbiased_variance_by_hand() -> None:
    assert unbiased_covariance(kernel(NORMAL, ABNORMAL)[None])[0, 0] == pytest.approx(1 / 16)


def test_leave_one_out_equals_refits() -> None:
    generator = np.random.default_rng(0)
    normal, abnormal = generator.integers(1, 6, 12).astype(float), generator.integers(2, 7, 9).astype(float)
    refits = [auc(np.delete(normal, k), abnormal) for k in range(12)]
    refits += [auc(normal, np.delete(abnormal, k)) for k in range(9)]
    assert auc_leave_one_out(normal, abnormal) == pytest.approx(refits)


@pytest.mark.parametrize(("normal", "abnormal"), [([1.0], [2.0]), ([1.0, 1.0], [2.0, 2.0])])
def test_no_interval_comes_with_its_reason(normal: list[float], abnormal: list[float]) -> None:
    result = estimate(np.array(normal), np.array(abnormal))
    assert result.value == 1.0
    assert result.ci is None
    assert result.reason


def test_an_empty_class_is_an_error() -> None:
    with pytest.raises(ValueError, match="0 normal and 2 abnormal"):
        estimate(np.array([]), ABNORMAL)


def test_any_increasing_map_of_ratings_leaves_the_area() -> None:
    assert auc(np.exp(NORMAL), np.exp(ABNORMAL)) == auc(NORMAL, ABNORMAL)
