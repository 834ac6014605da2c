"""The order of the training images: another one every epoch, the same in a run that was interrupted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from torch.utils.data import Sampler


class EpochOrder(Sampler[int]):
    """A permutation of 0..n-1 that depends on seed and epoch alone.

    drawn: bool [n], the phantoms; per_epoch: so many of them beside real images in every epoch, others each time, 0 = all.
    torch's own random sampler draws from a generator that a resumed run does not have. Lightning calls set_epoch; where DDP
    wraps the sampler it does not, so the epoch also counts itself.
    """

    def __init__(self, n: int, seed: int, drawn: NDArray[np.bool_] | None = None, per_epoch: int = 0) -> None:
        self.seed, self.epoch = seed, 0
        is_beside = drawn is not None and not drawn.all()
        phantoms = np.flatnonzero(drawn) if drawn is not None and is_beside else np.zeros(0, np.intp)
        self.per_epoch = min(per_epoch, len(phantoms))
        self.phantoms = phantoms if self.per_epoch else phantoms[:0]
        self.always = np.setdiff1d(np.arange(n), self.phantoms)

    def __len__(self) -> int:
        return len(self.always) + self.per_epoch

    def set_epoch(self, epoch: int) -> None:
        """The epoch of the next pass, counted from 0."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        random = np.random.default_rng((self.seed, self.epoch))
        rows = self.always
        if self.per_epoch:
            rows = np.concatenate([rows, random.choice(self.phantoms, self.per_epoch, replace=False)])
        self.epoch += 1
        return iter(random.permutation(rows).tolist())
