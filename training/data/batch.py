"""What one step of training or evaluation sees."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """N cases.

    images: float32 [N,C,H,W] in [0,1], bright = dense. labels: float32 [N,K], NaN = unknown. masks: float32 [N,M,H,W] of
    0 and 1, zeros where unknown; M = 1, a mask of the image, or K, one of each class. has_mask: bool [N]. index: int64 [N],
    row in the prepared set.
    """

    images: Tensor
    labels: Tensor
    masks: Tensor
    has_mask: Tensor
    index: Tensor

    def __len__(self) -> int:
        return len(self.images)

    def to(self, device: torch.device | str) -> Batch:
        """The same batch on a device (Lightning calls this)."""
        moved = {entry.name: getattr(self, entry.name).to(device, non_blocking=True) for entry in fields(self)}
        return replace(self, **moved)

    def pin_memory(self) -> Batch:
        """The same batch in page-locked memory, from which a copy to a GPU runs beside the computation."""
        return replace(self, **{entry.name: getattr(self, entry.name).pin_memory() for entry in fields(self)})
