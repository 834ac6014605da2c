"""000's modified pipeline: first the weighted cross-entropy alone, then the whole loss (000 §3.3)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TwoStages:
    """stage1_epochs: length of stage 1 in epochs; 0: stage 2 from the start (000's baseline pipeline).

    000 gives no lengths; 10 + 5 epochs are our choice (methods.md §7). Raises ValueError below 0.
    """

    stage1_epochs: int = 0

    def __post_init__(self) -> None:
        if self.stage1_epochs < 0:
            raise ValueError(f"stage1_epochs {self.stage1_epochs} is below 0")

    def stage(self, epoch: int) -> int:
        """1 or 2 for an epoch counted from 0."""
        return 1 if epoch < self.stage1_epochs else 2

    def starts(self, epoch: int) -> bool:
        """Whether stage 2 begins with this epoch: what the fit loop has kept as best until now answered another
        loss."""
        return epoch == self.stage1_epochs > 0
