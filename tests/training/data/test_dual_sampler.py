"""Every batch holds both classes; the larger one is seen once, the smaller one is upsampled."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from training.data.dual_sampler import DualSampler

LABELS = np.array([1.0] * 3 + [0.0] * 20 + [np.nan] * 2)


@pytest.mark.parametrize(
    ("size", "rate", "positives"), [(8, 0.5, 4), (8, 0.25, 2), (8, 0.01, 1), (8, 0.99, 7), (2, 0.5, 1)]
)
def test_every_batch_has_its_share_of_positives(size: int, rate: float, positives: int) -> None:
    rows = list(DualSampler(LABELS, size, rate))
    chunks = np.array(rows).reshape(-1, size)
    assert (LABELS[chunks].sum(axis=1) == positives).all()


def test_an_epoch_shows_every_negative_once_and_repeats_the_positives_evenly() -> None:
    # 20 negatives, 4 a batch: 5 batches; 20 positives from 3 images: 7, 7 and 6 of each.
    sampler = DualSampler(LABELS, 8)
    counts = Counter(sampler)
    assert len(sampler) == 40
    assert [counts[row] for row in range(3, 23)] == [1] * 20
    assert sorted(counts[row] for row in range(3)) == [6, 7, 7]
    assert not {23, 24} & set(counts)  # unknown labels are left out


def test_epochs_differ_and_follow_the_seed() -> None:
    first, second = DualSampler(LABELS, 8, seed=1), DualSampler(LABELS, 8, seed=1)
    epochs = [list(first), list(first)]
    assert epochs == [list(second), list(second)]
    assert epochs[0] != epochs[1]


@pytest.mark.parametrize(
    ("labels", "size", "rate", "message"),
    [
        (np.ones(4), 4, 0.5, "4 positive and 0 negative labels; both classes are needed"),
        (LABELS, 1, 0.5, "batch size 1"),
        (LABELS, 4, 1.0, "positive rate 1.0"),
        (np.ones((2, 2)), 4, 0.5, r"shape \(2, 2\); wanted \[n\]"),
    ],
)
def test_what_leaves_a_class_out_is_refused(labels: np.ndarray, size: int, rate: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DualSampler(labels, size, rate)
