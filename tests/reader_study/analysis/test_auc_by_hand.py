"""Variances of an AUC. Normals 1 2 3, abnormals 2 4 (studies_methods.md §13): kernel rows 1 1 / .5 1 / 0 1, mean 4.5 / 6."""

import numpy as np
import pytest

from measures.roc_area import auc
from reader_study.analysis.figures_of_merit import auc_leave_one_out
from reader_study.analysis.ustatistics import Pairs, unbiased_covariance

NORMAL, ABNORMAL = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0])


def test_jackknife_variance_by_hand() -> None:
    # Without 1, 2, 3: 2.5/4, 3/4, 3.5/4; without 2, 4: 1, .5. Sum of squares about .75 is 5/32; times 4/5 is 1/8.
    left = auc_leave_one_out(NORMAL, ABNORMAL)
    assert left.tolist() == pytest.approx([0.625, 0.75, 0.875, 1.0, 0.5])
    assert 4 / 5 * np.sum((left - left.mean()) ** 2) == pytest.approx(1 / 8)


def test_unbiased_variance_by_hand() -> None:
    assert unbiased_covariance(Pairs(NORMAL[None], ABNORMAL[None]))[0, 0] == pytest.approx(1 / 16)


def test_leave_one_out_equals_refits() -> None:
    generator = np.random.default_rng(0)
    normal, abnormal = generator.integers(1, 6, 12).astype(float), generator.integers(2, 7, 9).astype(float)
    refits = [auc(np.delete(normal, k), abnormal) for k in range(12)]
    refits += [auc(normal, np.delete(abnormal, k)) for k in range(9)]
    assert auc_leave_one_out(normal, abnormal) == pytest.approx(refits)
