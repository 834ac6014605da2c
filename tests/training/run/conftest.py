"""A made data set and the smallest row that can be fitted on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from training.data.paper_splits import SplitRule
from training.data.samples import SampleSet
from training.data.settings import DataSettings, PaperInput
from training.losses import LossTable
from training.models.model_table import ModelTable
from training.optim import OptimTable
from training.run.hardware import Machine
from training.run.settings import CalibrationTable, RowSettings, TrainTable


@pytest.fixture
def cpu() -> Machine:
    return Machine("cpu", "1", "32-true")


@pytest.fixture
def small_row() -> Callable[..., RowSettings]:
    """A row that learns left from right in seconds; keys replace its tables."""

    def make(**tables: object) -> RowSettings:
        settings: dict[str, object] = {
            "name": "small", "paper": "003", "table": "t", "data": DataSettings("busi"), "input": PaperInput(32),
            "model": ModelTable("compact", width=4), "train": TrainTable(epochs=2, batch=8), "loss": LossTable("ce"),
            "optim": OptimTable(lr=3e-3), "split_rule": SplitRule(calibration=0.25),
            "calibration": CalibrationTable(refits=20),
        }  # fmt: skip
        return RowSettings(**(settings | tables))  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., SampleSet]:
    """Made sets by task, drawn once."""
    from tests.training.run.made_set import made_set

    drawn: dict[tuple[str, int], SampleSet] = {}

    def draw(task: str = "single", patients: int = 48) -> SampleSet:
        key = (task, patients)
        if key not in drawn:
            folder: Path = tmp_path_factory.mktemp(f"made-{task}-{patients}")
            drawn[key] = made_set(folder, patients, task=task)
        return drawn[key]

    return draw
