"""A search over a row's MLP, dropout and learning rate: each trial is a fit of the row in a folder of its own."""

from __future__ import annotations

import csv
import math
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lightning.pytorch.callbacks import Callback

from training.data.samples import SampleSet
from training.run.callbacks import AfterEpochStop
from training.run.files import RunError, write_json, write_text
from training.run.fit import FitOptions, fit_model
from training.run.hardware import Machine
from training.run.settings import RowSettings, Scale
from training.run.stage_plan import overridden, stage_plan
from training.run.steps import Opening, RowRun, start_run
from training.run.toml_text import settings_toml
from training.tuning import hyperband_search, optuna_search
from training.tuning.hyperband_schedule import FACTOR, MAX_EPOCHS, schedule, totals
from training.tuning.search import AfterEpoch, SearchResult, Trial, goes_on
from training.tuning.search_space import Configuration, Space

OPTUNA, KERAS = optuna_search.METHOD, hyperband_search.METHOD
ENGINES = (OPTUNA, KERAS)
OBJECTIVE = "val_loss"  # 003 does not say what its tuner minimised


@dataclass(frozen=True)
class TunePlan:
    """engine: optuna or keras-tuner. trials: of Optuna in all. max_epochs, factor: of Hyperband; 70 and 3 in 003."""

    engine: str = OPTUNA
    space: Space = field(default_factory=Space)
    trials: int = 62
    max_epochs: int = MAX_EPOCHS
    factor: int = FACTOR
    seed: int = 0

    def __post_init__(self) -> None:
        if self.engine not in ENGINES:
            raise ValueError(f"tune engine {self.engine!r} is not one of {', '.join(ENGINES)}")
        if self.trials < 1:
            raise ValueError(f"tune trials {self.trials} is not 1 or more")


def tune_row(
    row: RowSettings,
    samples: SampleSet,
    folder: Path,
    hardware: Machine,
    scale: Scale,
    plan: TunePlan,
    opening: Opening | None = None,
) -> SearchResult:
    """Search, or go on with an interrupted search; minimises the validation loss.

    Leaves the study file (study.db or study.json), trials/NAME/, trials.json and best.toml (the row with the best
    configuration) in the folder. Weights are kept of trials that may still go on or are the best. Raises RunError.
    """
    if stage_plan(row)[0].name != "fit":
        raise RunError(f"{row.name}: a search needs a fit of one stage; this row has {len(stage_plan(row))}")
    run = start_run(row, samples, folder, hardware, scale, opening or Opening())
    trainer = _Trainer(run)
    if plan.engine == KERAS:
        rungs = schedule(plan.max_epochs, plan.factor)
        found = hyperband_search.search(trainer, rungs, plan.space, plan.seed, folder / "study.json")
    else:
        found = optuna_search.search(
            trainer, plan.space, plan.trials, plan.seed, folder / "study.db", plan.max_epochs, plan.factor
        )
    write_json(folder / "trials.json", search_document(found, plan))
    write_text(folder / "best.toml", settings_toml(configured(run.row, found.best.configuration)))
    return found


def configured(row: RowSettings, configuration: Configuration) -> RowSettings:
    """The row with the configuration's keys."""
    keys = configuration.overrides()
    model = overridden(row.model, keys["model"], f"{row.name}: model")
    return replace(row, model=model, optim=overridden(row.optim, keys["optim"], f"{row.name}: optim"))


def search_document(found: SearchResult, plan: TunePlan) -> dict[str, Any]:
    """JSON-ready: the plan, all trials, the best, and what the schedule counts."""
    counts = {
        "configurations": len({trial.name for trial in found.trials}),
        "trials": len(found.trials),
        "epochs": _epochs(found.trials),
    }
    planned = totals(schedule(plan.max_epochs, plan.factor)) if plan.engine == KERAS else None
    return {
        "engine": plan.engine, "objective": OBJECTIVE, "seed": plan.seed, "counts": counts, "planned": planned,
        "best": found.best.document(), "trials": [trial.document() for trial in found.trials],
    }  # fmt: skip


def _epochs(trials: tuple[Trial, ...]) -> int:
    """Epochs trained: a promoted trial goes on from its last round."""
    reached: dict[str, int] = {}
    for trial in trials:
        reached[trial.name] = max(reached.get(trial.name, 0), trial.epochs)
    return sum(reached.values())


@dataclass
class _Trainer:
    """TrainTrial on a run's data."""

    run: RowRun

    def __call__(self, name: str, configuration: Configuration, epochs: int, after_epoch: AfterEpoch) -> float:
        folder = self.run.folder.path / "trials" / name
        row = configured(self.run.row, configuration)
        row = replace(row, name=name, train=replace(row.train, epochs=epochs, patience=0))
        for kept in (folder / "net.pt", folder / "fit" / "net.pt"):
            kept.unlink(missing_ok=True)  # of fewer epochs; the fit goes on from its last checkpoint
        extra: tuple[Callback, ...] = ()
        if after_epoch is not goes_on:
            extra = (AfterEpochStop(OBJECTIVE, after_epoch),)
        fit_model(row, self.run.data, folder, FitOptions(self.run.machine, None, self.run.limits.steps, extra))
        return lowest(folder / "fit" / "epochs.csv")

    def forget(self, name: str) -> None:
        """Remove the weights of a trial that will not go on; what it scored stays."""
        folder = self.run.folder.path / "trials" / name
        shutil.rmtree(folder / "fit" / "checkpoints", ignore_errors=True)
        for kept in (folder / "net.pt", folder / "fit" / "net.pt"):
            kept.unlink(missing_ok=True)


def lowest(epochs_csv: Path, column: str = OBJECTIVE) -> float:
    """Lowest value of a column over all epochs; infinite when it never was a number. Raises RunError without the file."""
    if not epochs_csv.is_file():
        raise RunError(f"{epochs_csv.parent.name}/{epochs_csv.name} does not exist; the trial did not finish an epoch")
    with epochs_csv.open(newline="", encoding="utf-8") as handle:
        values = [float(row[column]) for row in csv.DictReader(handle) if row.get(column)]
    finite = [value for value in values if math.isfinite(value)]
    return min(finite, default=math.inf)
