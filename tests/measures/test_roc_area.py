"""Normals 1 2 3, abnormals 2 4: kernel rows 1 1 / .5 1 / 0 1, mean 4.5 / 6."""

import numpy as np
import pytest

from measures.roc_area import auc, placements, weighted_auc
from tests.measures.pair_kernel import kernel

NORMAL, ABNORMAL = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0])


def test_the_area_counts_ties_half() -> None:
    assert kernel(NORMAL, ABNORMAL).tolist() == [[1, 1], [0.5, 1], [0, 1]]
    assert auc(NORMAL, ABNORMAL) == 0.75


def test_an_unmarked_case_is_the_lowest_rating() -> None:
    # 0 of 1 for the unmarked abnormal against 1, one half against the unmarked normal.
    normal, abnormal = np.array([-np.inf, 1.0]), np.array([-np.inf, 2.0])
    assert kernel(normal, abnormal).tolist() == [[0.5, 1], [0, 1]]
    assert auc(normal, abnormal) == 2.5 / 4


def test_nothing_is_above_or_below_what_is_missing() -> None:
    assert kernel(np.array([1.0, np.nan]), np.array([np.nan, 2.0])).tolist() == [[0, 1], [0, 0]]


def test_ranks_give_the_same_numbers_as_the_table_of_pairs() -> None:
    generator = np.random.default_rng(0)
    for _ in range(20):
        normal, abnormal = (generator.integers(0, 6, generator.integers(2, 40)).astype(float) for _ in range(2))
        psi = kernel(normal, abnormal)
        of_abnormal, of_normal = placements(normal, abnormal)
        assert (auc(normal, abnormal), *of_abnormal, *of_normal) == (psi.mean(), *psi.mean(axis=0), *psi.mean(axis=1))


def test_any_increasing_map_of_ratings_leaves_the_area() -> None:
    assert auc(np.exp(NORMAL), np.exp(ABNORMAL)) == auc(NORMAL, ABNORMAL)


@pytest.mark.parametrize(("normal", "abnormal"), [(NORMAL[:0], ABNORMAL), (NORMAL, ABNORMAL[:0])])
def test_an_empty_class_is_an_error(normal: np.ndarray, abnormal: np.ndarray) -> None:
    with pytest.raises(ValueError, match=f"both classes: got {len(normal)} and {len(abnormal)} cases"):
        auc(normal, abnormal)


def test_the_weighted_area_is_that_of_the_resample() -> None:
    random = np.random.default_rng(0)
    scores, labels = random.integers(0, 6, 40).astype(float), random.integers(0, 2, 40)
    weights = random.integers(0, 3, (5, 40)).astype(float)
    for row, value in zip(weights, weighted_auc(scores, labels, weights), strict=True):
        drawn = np.repeat(np.arange(40), row.astype(int))
        own, truth = scores[drawn], labels[drawn]
        assert value == pytest.approx(auc(own[truth == 0], own[truth == 1]))
    assert np.isnan(weighted_auc(scores, np.ones(40), weights)).all()
    assert np.isnan(weighted_auc(np.array([]), np.array([]), np.ones((3, 0)))).tolist() == [True] * 3
