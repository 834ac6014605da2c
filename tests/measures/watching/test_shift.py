"""Shifts of scores and embeddings: seldom found where there is none, found where there is one."""

import numpy as np
import pytest

from measures.watching.shift import embedding_shift, score_shift


def test_alike_spans_are_above_the_level_in_about_one_of_a_hundred() -> None:
    generator = np.random.default_rng(1)
    scores = [score_shift(generator.normal(size=400), generator.normal(size=200)) for _ in range(400)]
    assert 0 <= sum(one is not None and one.is_shifted for one in scores) <= 12
    own = [embedding_shift(generator.normal(size=(80, 8)), generator.normal(size=(60, 8))) for _ in range(200)]
    assert sum(one is not None and one.is_shifted for one in own) <= 8


def test_a_moved_span_is_found() -> None:
    generator = np.random.default_rng(2)
    moved = score_shift(generator.normal(size=400), generator.normal(0.5, size=200))
    assert moved is not None
    assert moved.is_shifted
    assert moved.n == (400, 200)
    far = embedding_shift(generator.normal(size=(200, 8)), generator.normal(0.4, size=(100, 8)))
    assert far is not None
    assert far.is_shifted
    assert far.value == pytest.approx(0.4, abs=0.1)


def test_few_cases_equal_scores_and_other_widths() -> None:
    generator = np.random.default_rng(3)
    assert score_shift(np.ones(49), np.ones(100)) is None
    assert score_shift(np.ones(100), np.ones(100)) is None
    assert embedding_shift(np.ones((100, 4)), np.ones((100, 4))) is None
    assert embedding_shift(generator.normal(size=(100, 4)), generator.normal(size=(49, 4))) is None
    with pytest.raises(ValueError, match="width 3 cannot be set against those of width 4"):
        embedding_shift(np.ones((100, 4)), np.ones((100, 3)))
