"""003's search (§3.3) as a row: what it found beside what the paper found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.data.samples import SampleSet
from training.run.hardware import Machine
from training.run.settings import Scale
from training.tables.experiment_file import PaperRow
from training.tables.row_kinds import TuneTable
from training.tuning.search import Trial
from training.tuning.search_space import Space
from training.tuning.tune_row import OBJECTIVE, TunePlan, search_document
from training.tuning.tune_row import tune_row as search_row

Document = dict[str, Any]

SHOWN = 20  # trials on the page; all are in trials.json


def tune_row(row: PaperRow, samples: SampleSet, folder: Path, hardware: Machine, scale: Scale) -> Document:
    """Best configuration and the counts of the search. Raises what a trial raises."""
    plan = plan_of(row.tune)
    result = search_row(row.settings, samples, folder, hardware, scale, plan)
    counts = search_document(result, plan)["counts"]
    best = result.best.configuration
    values = {
        "best_layers": best.layers, "best_dropout": best.dropout, "best_width": best.width, "best_lr": best.learning_rate,
        "configurations": counts["configurations"], "trials": counts["trials"], "trial_epochs": counts["epochs"],
        "best_val_loss": result.best.value,
    }  # fmt: skip
    trials = sorted(result.trials, key=lambda trial: trial.value)[:SHOWN]
    return {
        "metrics": {key: {"value": value, "ci": None, "n": None, "method": plan.engine} for key, value in values.items()},
        "facts": [("engine", plan.engine), ("objective", f"{OBJECTIVE} (choice)"), ("best value", f"{result.best.value:.4f}")],
        "tables": [{"title": f"The {len(trials)} best of {len(result.trials)} trials", "header": HEADER,
                    "rows": [_line(trial) for trial in trials]}],
        "task": samples.task,
    }  # fmt: skip


HEADER = ["trial", "layers", "dropout", "width", "learning rate", "epochs", OBJECTIVE, "stopped early"]


def _line(trial: Trial) -> list[str]:
    own = trial.configuration
    return [
        trial.name, str(own.layers), f"{own.dropout:.5f}", str(own.width), f"{own.learning_rate:g}", str(trial.epochs),
        f"{trial.value:.4f}", "yes" if trial.pruned else "",
    ]  # fmt: skip


def plan_of(table: TuneTable) -> TunePlan:
    """The plan of a [tune] table. Raises ValueError for a space that is none."""
    if len(table.dropout) != 2 or len(table.width) != 3:
        raise ValueError(
            f"tune dropout {table.dropout} and width {table.width}; allowed are from, to and first, last, step"
        )
    space = Space(
        layers=table.layers, dropout=(table.dropout[0], table.dropout[1]),
        widths=(table.width[0], table.width[1], table.width[2]), learning_rates=table.lr,
    )  # fmt: skip
    return TunePlan(
        engine=table.engine,
        space=space,
        trials=table.trials,
        max_epochs=table.budget,
        factor=table.factor,
        seed=table.seed,
    )
