"""Learning-rate schedules: on a plateau as Keras does it, a drop at named epochs, or one cycle."""

from __future__ import annotations

from typing import Literal, cast

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, MultiStepLR, OneCycleLR, ReduceLROnPlateau

from training.optim.settings import OptimTable


def build_scheduler(
    table: OptimTable, optimizer: Optimizer, mode: str = "min", steps: int = 0
) -> ReduceLROnPlateau | LRScheduler | None:
    """The schedule of the table, stepped once an epoch, one_cycle once a step; None when it names none.

    steps: of the whole fit, for one_cycle.

    mode: `min` or `max`, of the value given to ReduceLROnPlateau.step. It is Keras' with patience + 1 (trap 22):
    min_delta absolute, no smallest change of the rate.
    """
    if table.drop_epochs:
        return MultiStepLR(optimizer, sorted(table.drop_epochs), table.drop_factor)
    if table.one_cycle:
        rates = [group.get("lr", table.lr) for group in optimizer.param_groups]
        return OneCycleLR(optimizer, rates, total_steps=max(steps, 2), pct_start=table.one_cycle)
    plateau = table.plateau
    if not plateau.factor:
        return None
    if mode not in ("min", "max"):
        raise ValueError(f"mode {mode!r} of the plateau is not one of min, max")
    direction = cast(Literal["min", "max"], mode)
    return ReduceLROnPlateau(
        optimizer, direction, plateau.factor, plateau.patience, plateau.min_delta, "abs", min_lr=plateau.min_lr, eps=0.0
    )
