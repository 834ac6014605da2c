"""The stages of a row's schedule: how long each is, with which loss, optimiser and unfrozen part."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from training.losses.settings import LossTable
from training.optim.settings import OptimTable
from training.run.settings import RowSettings
from training.settings_reader import from_table

Settings = TypeVar("Settings")


@dataclass(frozen=True)
class Stage:
    """One call of the trainer. first_epoch: epochs of the stages before, as the loss counts them. unfreeze: "" = as the
    model table says."""

    name: str
    epochs: int
    patience: int
    loss: LossTable
    optim: OptimTable
    unfreeze: str
    first_epoch: int


def stage_plan(row: RowSettings) -> tuple[Stage, ...]:
    """One stage of [train] epochs, those of [[train.stages]], or the two that a loss with stages asks for.

    A new stage starts from the best weights of the one before: what was best by another loss is no candidate. Raises
    ExperimentError for a key that a stage cannot replace.
    """
    train, two = row.train, row.loss.stages.stage1_epochs
    if not train.stages:
        if 0 < two < train.epochs:
            first, second = _stage(row, "stage-1", two, 0), _stage(row, "stage-2", train.epochs - two, two)
            return first, second
        return (_stage(row, "fit", train.epochs, 0),)
    stages, before = [], 0
    for number, table in enumerate(train.stages, start=1):
        own = _stage(row, f"stage-{number}", table.epochs, before)
        where = f"{row.name}: train.stages[{number}]"
        stages.append(
            replace(
                own,
                patience=table.patience or own.patience,
                loss=overridden(own.loss, table.loss, f"{where}.loss"),
                optim=overridden(own.optim, table.optim, f"{where}.optim"),
                unfreeze=table.unfreeze,
            )
        )
        before += table.epochs
    return tuple(stages)


def _stage(row: RowSettings, name: str, epochs: int, before: int) -> Stage:
    return Stage(name, epochs, row.train.patience, row.loss, row.optim, "", before)


def overridden(settings: Settings, keys: dict[str, Any], where: str) -> Settings:
    """The settings with some keys replaced, checked as an experiment file is."""
    table = dataclasses.asdict(settings) | keys  # type: ignore[call-overload]
    return from_table(type(settings), {key: value for key, value in table.items() if value is not None}, where)
