"""What a row becomes at each scale: the same code path on less of everything."""

from __future__ import annotations

from dataclasses import dataclass, replace

from training.run.settings import RowSettings, Scale


@dataclass(frozen=True)
class Limits:
    """steps: optimiser steps of a stage, 0 = its epochs. train, others: the most images of a split, 0 = all. draws: of
    every bootstrap."""

    steps: int = 0
    train: int = 0
    others: int = 0
    draws: int = 1000


LIMITS: dict[Scale, Limits] = {
    "smoke": Limits(steps=1, train=16, others=16, draws=40),
    "small": Limits(train=256, others=128, draws=200),
    "full": Limits(),
}
SMOKE_SIDE, SMALL_SIDE = 64, 128
SMALL_EPOCHS = 20  # an upper bound; what a table runs stands in its [small] part


def scaled(row: RowSettings, scale: Scale) -> RowSettings:
    """full: the row itself. smoke: 64 px, one step of one epoch per stage, no start weights to load. small: at most 128 px
    and 20 epochs per stage, for real subsets on a processor."""
    if scale == "full":
        return row
    side, epochs, batch = (SMOKE_SIDE, 1, 8) if scale == "smoke" else (SMALL_SIDE, SMALL_EPOCHS, 16)
    stages = tuple(replace(stage, epochs=min(stage.epochs, epochs)) for stage in row.train.stages)
    loss = replace(row.loss, stage1_epochs=min(row.loss.stage1_epochs, 1))
    # A loss with two stages needs an epoch of each.
    epochs = max(epochs, 2) if loss.stage1_epochs else epochs
    train = replace(
        row.train, epochs=min(row.train.epochs, epochs), batch=min(row.train.batch, batch), accumulate=1, stages=stages
    )
    explain = (
        replace(row.explain, images=min(row.explain.images or 2, 2), overlays=1) if scale == "smoke" else row.explain
    )
    calibration = (
        replace(row.calibration, refits=min(row.calibration.refits, 20)) if scale == "smoke" else row.calibration
    )
    model = replace(row.model, weights="none") if scale == "smoke" else row.model
    small_input = replace(row.input, size=min(row.input.size, side), source_size=min(row.input.source_size, side))
    return replace(
        row, input=small_input, train=train, loss=loss, model=model,
        explain=explain, calibration=calibration, n=0,
    )  # fmt: skip
