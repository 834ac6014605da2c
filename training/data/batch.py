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
    row in the prepared set. weights: float32 [N,K], what each label counts for in the loss; None: 1 each.
    """

    images: Tensor
    labels: Tensor
    masks: Tensor
    has_mask: Tensor
    index: Tensor
    weights: Tensor | None = None

    def __len__(self) -> int:
        return len(self.images)

    def to(self, device: torch.device | str) -> Batch:
        """The same batch on a device (Lightning calls this)."""
        return replace(self, **{name: own.to(device, non_blocking=True) for name, own in self._tensors().items()})

    def pin_memory(self) -> Batch:
        """The same batch in page-locked memory, from which a copy to a GPU runs beside the computation."""
        return replace(self, **{name: own.pin_memory() for name, own in self._tensors().items()})

    def _tensors(self) -> dict[str, Tensor]:
        found = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return {name: own for name, own in found.items() if own is not None}
