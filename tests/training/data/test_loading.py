"""Batches of a prepared set: order, seeds, transforms, workers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from training.data.batch import Batch
from training.data.loading import DualSampler, batches, whole_batch
from training.data.prepared import PreparedSet

N = 10


def _prepared() -> PreparedSet:
    """Image n is n/16 everywhere, label n % 2; images 0 to 2 have masks."""
    images = np.broadcast_to(np.arange(N, dtype=np.float16)[:, None, None, None] / 16, (N, 1, 4, 4)).copy()
    masks = np.zeros((N, 4, 4), np.uint8)
    masks[:3, 0, 0] = 1
    names = tuple(map(str, range(N)))
    labels = (np.arange(N, dtype=np.float32) % 2)[:, None]
    return PreparedSet(
        images, labels, masks, np.arange(N) < 3, ((),) * N, names, names, ("",) * N, ("a",), "multilabel"
    )


def _double(batch: Batch) -> Batch:
    return replace(batch, images=batch.images * 2)


def test_a_batch_holds_the_rows_asked_for() -> None:
    batch = whole_batch(_prepared(), [4, 1])
    assert batch.images.dtype == batch.labels.dtype == batch.masks.dtype == torch.float32
    assert batch.images.shape == batch.masks.shape == (2, 1, 4, 4)
    assert batch.images[:, 0, 0, 0].tolist() == [4 / 16, 1 / 16]
    assert batch.labels[:, 0].tolist() == [0, 1]
    assert batch.has_mask.tolist() == [False, True]
    assert batch.masks.sum(dim=(1, 2, 3)).tolist() == [0, 1]
    assert batch.index.tolist() == [4, 1]


def test_without_a_seed_the_order_is_the_set_s() -> None:
    loader = batches(_prepared(), 4, shuffle_seed=None)
    assert [batch.index.tolist() for batch in loader] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert len(batches(_prepared(), 4, shuffle_seed=None, drop_last=True)) == 2
    assert len(batches(_prepared(), 16, shuffle_seed=None, drop_last=True)) == 1  # else there would be none


def test_a_seed_gives_every_epoch_its_order_again_in_every_run() -> None:
    first, second = (batches(_prepared(), 10, shuffle_seed=3) for _ in range(2))
    orders = [[next(iter(loader)).index.tolist() for _ in range(2)] for loader in (first, second)]
    assert orders[0] == orders[1]
    assert orders[0][0] != orders[0][1]
    assert sorted(orders[0][0]) == list(range(N))


def test_a_transform_sees_each_batch() -> None:
    batch = next(iter(batches(_prepared(), 4, shuffle_seed=None, transform=_double)))
    assert batch.images[3, 0, 0, 0] == 6 / 16


def test_a_sampler_gives_the_order() -> None:
    prepared = _prepared()
    loader = batches(prepared, 4, shuffle_seed=0, sampler=DualSampler(prepared.labels[:, 0], 4))
    for batch in loader:
        assert batch.labels[:, 0].sum() == 2


@pytest.mark.slow
def test_worker_processes_give_the_same_batches() -> None:
    alone, helped = (batches(_prepared(), 4, shuffle_seed=1, transform=_double, workers=n) for n in (0, 1))
    for first, second in zip(alone, helped, strict=True):
        assert torch.equal(first.images, second.images)
        assert torch.equal(first.index, second.index)


@pytest.mark.parametrize(("rows", "size"), [(range(0), 4), (range(3), 0)])
def test_nothing_to_load_is_refused(rows: range, size: int) -> None:
    with pytest.raises(ValueError, match="both must be at least 1"):
        batches(_prepared().select(list(rows)), size, shuffle_seed=None)
