"""The order of the training images: another one every epoch, the same in a run that was interrupted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from torch.utils.data import Sampler


class EpochOrder(Sampler[int]):
    """A permutation of 0..n-1 that depends on seed and epoch alone.

    torch's own random sampler draws from a generator that a resumed run does not have. Lightning calls set_epoch; where
    DDP wraps the sampler it does not, so the epoch also counts itself.
    """

    def __init__(self, n: int, seed: int) -> None:
        self.n, self.seed, self.epoch = n, seed, 0

    def __len__(self) -> int:
        return self.n

    def set_epoch(self, epoch: int) -> None:
        """The epoch of the next pass, counted from 0."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        order = np.random.default_rng((self.seed, self.epoch)).permutation(self.n)
        self.epoch += 1
        return iter(order.tolist())
