"""What a fit prints, and what stops it."""

from __future__ import annotations

import csv
import json
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightning
from lightning.pytorch.callbacks import Callback

SHOWN = ("train_loss", "train_acc", "val_loss", "val_acc", "val_auc_mean", "val_f1_macro")


class EpochLines(Callback):
    """One line per epoch, to log.txt, and to stderr where no progress bar is drawn; and one row of epochs.csv, which
    unlike Lightning's metrics.csv goes on after an interruption. For programs a line of progress.jsonl: epoch, of (the most),
    seconds (of this epoch), and what log.txt says; null where a value is no number."""

    def __init__(self, folder: Path, title: str, printed: bool) -> None:
        self.folder, self.title, self.printed = folder, title, printed
        self._began = time.monotonic()

    def on_train_epoch_start(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        self._began = time.monotonic()

    def on_train_epoch_end(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        if not trainer.is_global_zero:
            return
        values = {name: float(trainer.callback_metrics[name]) for name in SHOWN if name in trainer.callback_metrics}
        shown = " ".join(f"{name} {value:.4f}" for name, value in values.items())
        line = f"{self.title}: epoch {trainer.current_epoch + 1}/{trainer.max_epochs} {shown}"
        append_line(self.folder / "log.txt", line)
        epochs = self.folder / "epochs.csv"
        if not epochs.is_file():
            append_line(epochs, ",".join(("epoch", *SHOWN)))
        cells = (f"{values[name]:.6g}" if name in values else "" for name in SHOWN)
        append_line(epochs, ",".join((str(trainer.current_epoch + 1), *cells)))
        said = {name: round(value, 6) if math.isfinite(value) else None for name, value in values.items()}
        place = {"epoch": trainer.current_epoch + 1, "of": trainer.max_epochs}
        seconds = round(time.monotonic() - self._began, 3)
        append_line(self.folder / "progress.jsonl", json.dumps({**place, "seconds": seconds, **said}))
        if self.printed:
            print(line, file=sys.stderr, flush=True)


def append_line(path: Path, line: str) -> None:
    """Add a line to a text file."""
    with path.open("a", encoding="utf-8") as handle:
        handle.write(line + "\n")


def epoch_values(folder: Path, epoch: int) -> dict[str, float]:
    """The row of an epoch, counted from 1, of epochs.csv; the later one where a resumed run repeated it."""
    path = folder / "epochs.csv"
    if not path.is_file():
        return {}
    with path.open(newline="", encoding="utf-8") as handle:
        rows = [row for row in csv.DictReader(handle) if row["epoch"] == str(epoch)]
    return {name: float(value) for name, value in rows[-1].items() if value and name != "epoch"} if rows else {}


class LossEpoch(Callback):
    """Tells a loss with stages which epoch it is, counted over all stages of the run."""

    def __init__(self, first_epoch: int) -> None:
        self.first_epoch = first_epoch

    def on_train_epoch_start(self, trainer: lightning.Trainer, module: Any) -> None:
        set_epoch = getattr(module.loss, "set_epoch", None)
        if set_epoch is not None:
            set_epoch(self.first_epoch + trainer.current_epoch)


class AfterEpochStop(Callback):
    """Asks a search after every epoch whether the trial goes on."""

    def __init__(self, monitor: str, goes_on: Callable[[int, float], bool]) -> None:
        self.monitor, self.goes_on = monitor, goes_on

    def on_validation_end(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        value = float(trainer.callback_metrics.get(self.monitor, math.nan))
        if not self.goes_on(trainer.current_epoch + 1, value):
            trainer.should_stop = True
