"""Native maps seen at the size of the model input, one at a time: a whole set of them would not fit in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from inference.boxes import interpolate

# n maps [h,w]: one array, or anything that gives them one at a time.
Maps = NDArray[np.floating] | Sequence[NDArray[np.floating]]


class UpsampledMaps(Sequence[NDArray[np.float64]]):
    """Maps [n,h,w] as n maps [H,W], interpolated bilinearly at cell centres as the viewer does, when asked for."""

    def __init__(self, native: NDArray[np.floating], size: tuple[int, int]) -> None:
        if native.ndim != 3:
            raise ValueError(f"maps of shape {native.shape}; wanted [n,h,w]")
        self.native, self.size = native, size

    def __len__(self) -> int:
        return len(self.native)

    @overload
    def __getitem__(self, index: int) -> NDArray[np.float64]: ...

    @overload
    def __getitem__(self, index: slice) -> UpsampledMaps: ...

    def __getitem__(self, index: int | slice) -> NDArray[np.float64] | UpsampledMaps:
        if isinstance(index, slice):
            return UpsampledMaps(self.native[index], self.size)
        return interpolate(np.asarray(self.native[index], np.float64), self.size)
