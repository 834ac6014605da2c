"""An order of the rows in which every batch holds both classes, positives upsampled (LibAUC's DualSampler)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler


class DualSampler(Sampler[int]):
    """Rows in chunks of batch_size, each with round(positive_rate * batch_size) positives, at least one of each class.

    The larger class (after its share) is seen once per epoch; the other is drawn again, in a new order, as often as
    needed. Order within a chunk is shuffled; every epoch differs and follows from the seed. Rows with an unknown label
    (NaN) are left out. labels: [n] of one class. Raises ValueError: one class alone, or a rate or size that leaves one out.
    """

    def __init__(
        self, labels: NDArray[np.floating], batch_size: int, positive_rate: float = 0.5, seed: int = 0
    ) -> None:
        values = np.asarray(labels, dtype=float)
        if values.ndim != 1:
            raise ValueError(f"labels have shape {values.shape}; wanted [n], the labels of one class")
        self._positives = np.flatnonzero(values >= 0.5)
        self._negatives = np.flatnonzero(values < 0.5)
        if not len(self._positives) or not len(self._negatives):
            raise ValueError(
                f"{len(self._positives)} positive and {len(self._negatives)} negative labels; both classes are needed"
            )
        if batch_size < 2 or not 0 < positive_rate < 1:
            raise ValueError(f"batch size {batch_size}, positive rate {positive_rate}; allowed are 2 or more, 0..1")
        self.batch_size = batch_size
        self.per_batch = min(max(round(positive_rate * batch_size), 1), batch_size - 1)
        self.batches = max(
            -(-len(self._negatives) // (batch_size - self.per_batch)), -(-len(self._positives) // self.per_batch)
        )
        self._seed, self._epoch = seed, 0

    def __len__(self) -> int:
        return self.batches * self.batch_size

    def set_epoch(self, epoch: int) -> None:
        """The epoch of the next pass, counted from 0; a resumed run then repeats its order."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[int]:
        random = np.random.default_rng([self._seed, self._epoch])
        self._epoch += 1
        positives = _cycled(self._positives, self.batches * self.per_batch, random)
        negatives = _cycled(self._negatives, self.batches * (self.batch_size - self.per_batch), random)
        chunks = np.hstack([positives.reshape(self.batches, -1), negatives.reshape(self.batches, -1)])
        return iter(random.permuted(chunks, axis=1).ravel().tolist())


def _cycled(rows: NDArray[np.intp], count: int, random: np.random.Generator) -> NDArray[np.intp]:
    """`count` rows: whole permutations, one after the other."""
    return np.concatenate([random.permutation(rows) for _ in range(-(-count // len(rows)))])[:count]
