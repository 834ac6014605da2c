"""Schedules of several stages, and what a stage may replace."""

from __future__ import annotations

import pytest

from training.losses import LossTable
from training.run.settings import StageTable, TrainTable
from training.run.stage_plan import stage_plan
from training.settings_reader import ExperimentError


def test_without_stages_there_is_one(small_row) -> None:  # type: ignore[no-untyped-def]
    (only,) = stage_plan(small_row(train=TrainTable(epochs=7, patience=3)))
    assert (only.name, only.epochs, only.patience, only.first_epoch) == ("fit", 7, 3, 0)


def test_the_modified_pipeline_of_000_is_ten_and_five_epochs(small_row) -> None:  # type: ignore[no-untyped-def]
    row = small_row(train=TrainTable(epochs=15), loss=LossTable("custom", stage1_epochs=10))
    assert [(own.name, own.epochs, own.first_epoch) for own in stage_plan(row)] == [
        ("stage-1", 10, 0),
        ("stage-2", 5, 10),
    ]


def test_a_stage_replaces_keys_and_keeps_the_others(small_row) -> None:  # type: ignore[no-untyped-def]
    first = StageTable(1, loss={"name": "bce"}, optim={"name": "adam", "lr": 1e-4}, unfreeze="head", patience=2)
    row = small_row(loss=LossTable("aucm", margin=0.7), train=TrainTable(stages=(first, StageTable(4))))
    warm, main = stage_plan(row)
    assert (warm.loss.name, warm.loss.margin, warm.optim.lr, warm.unfreeze, warm.patience) == (
        "bce",
        0.7,
        1e-4,
        "head",
        2,
    )
    assert (main.loss, main.optim, main.first_epoch, main.unfreeze) == (row.loss, row.optim, 1, "")


def test_an_unknown_key_of_a_stage_is_an_error(small_row) -> None:  # type: ignore[no-untyped-def]
    row = small_row(train=TrainTable(stages=(StageTable(1, optim={"rate": 1.0}),)))
    with pytest.raises(ExperimentError, match=r"small: train\.stages\[1\]\.optim: key 'rate' is not one of name, lr"):
        stage_plan(row)


def test_senseless_training_tables_are_refused() -> None:
    with pytest.raises(ValueError, match="epochs = 0 is not at least 1"):
        TrainTable(epochs=0)
    with pytest.raises(ValueError, match="'val_f1' is not one of val_loss, val_acc"):
        TrainTable(select="val_f1")
