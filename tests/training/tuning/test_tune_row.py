"""A search on real fits: promoted trials resume, the best row is written."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from tests.training.run.made_set import made_set
from training.data.settings import DataSettings, PaperInput
from training.losses import LossTable
from training.models.model_table import ModelTable
from training.run.files import RunError
from training.run.hardware import Machine
from training.run.settings import RowSettings, StageTable, TrainTable
from training.settings_reader import from_table
from training.tuning.search_space import Space
from training.tuning.tune_row import TunePlan, lowest, tune_row


def row(**tables: object) -> RowSettings:
    model = ModelTable("compact", head="gap-mlp", widths=(8,), width=4)
    settings: dict[str, object] = {"train": TrainTable(epochs=9, batch=8)} | tables
    return RowSettings(
        "tuned", "003", "7", DataSettings("busi"), PaperInput(32), model, loss=LossTable("ce"), **settings  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["optuna", "keras-tuner"])
def test_a_search_writes_its_best_row(engine: str, tmp_path: Path) -> None:
    samples = made_set(tmp_path / "images", 24)
    plan = TunePlan(engine, Space(widths=(8, 16, 8)), trials=2, max_epochs=3)
    found = tune_row(row(), samples, tmp_path / "run", Machine("cpu", "1", "32-true"), "full", plan)
    best = from_table(RowSettings, tomllib.loads((tmp_path / "run" / "best.toml").read_text()), "best.toml")
    own = found.best.configuration
    assert best.model.widths == (own.width,) * own.layers
    assert best.optim.lr == own.learning_rate
    document = json.loads((tmp_path / "run" / "trials.json").read_text())
    if engine == "keras-tuner":
        assert document["counts"] == document["planned"]
        promoted = next(trial.name for trial in found.trials if trial.epochs == 3 and trial.name.startswith("b1"))
        lines = (tmp_path / "run" / "trials" / promoted / "fit" / "epochs.csv").read_text().splitlines()
        assert [line.split(",")[0] for line in lines] == ["epoch", "1", "2", "3"]


def test_a_row_of_several_stages_is_not_tuned(tmp_path: Path) -> None:
    staged = row(train=TrainTable(batch=8, stages=(StageTable(1), StageTable(1))))
    with pytest.raises(RunError, match="a search needs a fit of one stage; this row has 2"):
        tune_row(staged, made_set(tmp_path / "images", 8), tmp_path, Machine("cpu"), "full", TunePlan())


def test_the_lowest_loss_is_read_from_the_epochs(tmp_path: Path) -> None:
    (tmp_path / "epochs.csv").write_text("epoch,val_loss\n1,0.5\n2,nan\n3,0.25\n4,\n")
    assert lowest(tmp_path / "epochs.csv") == 0.25
    with pytest.raises(RunError, match="did not finish an epoch"):
        lowest(tmp_path / "none.csv")
    with pytest.raises(ValueError, match="engine 'grid' is not one of optuna, keras-tuner"):
        TunePlan("grid")
