"""Batches of a prepared set. Whole batches are gathered at once from the memory map, so that no step decodes a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset, Sampler

from training.data.batch import Batch
from training.data.dual_sampler import DualSampler
from training.data.prepared import PreparedSet

__all__ = ["DualSampler", "PreparedRows", "batches", "whole_batch"]

Transform = Callable[[Batch], Batch]


class PreparedRows(Dataset[Batch]):
    """Rows of a prepared set as a torch data set; a list of rows gives one Batch (`__getitems__`)."""

    def __init__(self, prepared: PreparedSet, transform: Transform | None = None) -> None:
        self.prepared, self.transform = prepared, transform

    def __len__(self) -> int:
        return len(self.prepared)

    def __getitem__(self, row: int) -> Batch:
        return self.__getitems__([row])

    def __getitems__(self, rows: Sequence[int]) -> Batch:
        batch = whole_batch(self.prepared, rows)
        return batch if self.transform is None else self.transform(batch)


def whole_batch(prepared: PreparedSet, rows: Sequence[int]) -> Batch:
    """The Batch of these rows, in this order."""
    index = np.asarray(rows, dtype=np.int64)
    return Batch(
        images=torch.from_numpy(prepared.images[index].astype(np.float32)),
        labels=torch.from_numpy(np.asarray(prepared.labels[index], dtype=np.float32)),
        masks=torch.from_numpy(mask_layers(prepared, index).astype(np.float32)),
        has_mask=torch.from_numpy(np.asarray(prepared.has_mask[index], dtype=bool)),
        index=torch.from_numpy(index),
        weights=None if prepared.weights is None else torch.from_numpy(prepared.weights[index]),
    )


def mask_layers(prepared: PreparedSet, index: NDArray[np.int64]) -> NDArray[np.uint8]:
    """[N,M,H,W] of 0 and 1: one mask of the image, or one of each class."""
    masks = prepared.masks[index][:, None]
    if not prepared.class_masks:
        return masks
    return np.asarray((masks >> np.arange(len(prepared.classes), dtype=np.uint8)[:, None, None]) & 1)


def batches(
    prepared: PreparedSet,
    batch_size: int,
    *,
    transform: Transform | None = None,
    shuffle_seed: int | None,
    drop_last: bool = False,
    sampler: Sampler[int] | None = None,
    workers: int = 0,
) -> DataLoader[Batch]:
    """A loader of Batch.

    shuffle_seed: another order every epoch, the same in every run; None keeps the set's order. sampler: rows in its own
    order, then shuffle_seed only seeds the workers. transform: draws from torch's global generator, which each worker
    seeds for itself. drop_last is ignored for a set smaller than one batch, which would otherwise give none.
    Raises ValueError for an empty set or a batch size below 1.
    """
    if batch_size < 1 or not len(prepared):
        raise ValueError(f"batches of {batch_size} from {len(prepared)} images; both must be at least 1")
    generator = torch.Generator().manual_seed(0 if shuffle_seed is None else shuffle_seed)
    return DataLoader(
        PreparedRows(prepared, transform),
        batch_size=batch_size,
        shuffle=sampler is None and shuffle_seed is not None,
        sampler=sampler,
        drop_last=drop_last and len(prepared) >= batch_size,
        num_workers=workers,
        collate_fn=_as_it_is,
        generator=generator,
        persistent_workers=workers > 0,
        pin_memory=torch.cuda.is_available(),
    )


def _as_it_is(batch: Any) -> Batch:
    """`__getitems__` has made the batch already."""
    return cast(Batch, batch)
