"""One call of Lightning's Trainer: early stopping, the best epoch, resume, and stops that say what to do."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping, ModelCheckpoint, TQDMProgressBar
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger
from torch.utils.data import DataLoader

from training.run.callbacks import EpochLines
from training.run.files import is_readable, read_weights
from training.run.hardware import Machine
from training.run.module import FitStopped
from training.run.settings import MONITORS, TrainTable


@dataclass(frozen=True)
class StageRun:
    """Where and how a stage runs. title: for its lines. steps: the most batches of an epoch, 0 = no such limit; extra: more
    callbacks."""

    folder: Path
    title: str
    epochs: int
    patience: int
    machine: Machine
    steps: int = 0
    extra: tuple[Callback, ...] = field(default=())


def fit_stage(
    module: lightning.LightningModule,
    loaders: tuple[DataLoader[Any], DataLoader[Any]],
    train: TrainTable,
    run: StageRun,
) -> int:
    """Train `module` on loaders (train, selection) and leave in it the weights of the epoch with the best `select`;
    returns that epoch, counted from 1.

    The folder receives metrics.csv, TensorBoard events, log.txt, progress.jsonl and checkpoints/{best,last}.ckpt. last.ckpt
    is of the last whole epoch: a run that was ended goes on after it, or after the best one where last.ckpt cannot be
    read. Raises FitStopped for a loss that is not finite and when memory ends.
    """
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    run.folder.mkdir(parents=True, exist_ok=True)
    _keep_old_metrics(run.folder)
    checkpoint = _checkpoint(train, run.folder)
    trainer = _trainer(train, run, checkpoint)
    last = run.folder / "checkpoints" / "last.ckpt"
    resumed = next((str(path) for path in (last, last.with_name("best.ckpt")) if is_whole(path)), None)
    with _advice(train, run.title), warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="lightning")
        trainer.fit(module, *loaders, ckpt_path=resumed, weights_only=False)
    # The cut of a killed machine may hold "last" without "best".
    best = Path(checkpoint.best_model_path) if checkpoint.best_model_path else last
    kept = read_weights(best, weights_only=False)
    module.load_state_dict(kept["state_dict"])
    return int(kept["epoch"]) + 1


def is_whole(checkpoint: Path) -> bool:
    """Whether the file is there and can be read."""
    return checkpoint.is_file() and is_readable(checkpoint)


def _checkpoint(train: TrainTable, folder: Path) -> ModelCheckpoint:
    select = train.select or train.monitor
    return ModelCheckpoint(
        folder / "checkpoints", "best", monitor=select, mode=MONITORS[select], enable_version_counter=False
    )


def _last_checkpoint(folder: Path) -> ModelCheckpoint:
    """Of every epoch. Lightning's own `save_last` writes one only where the epoch was the best so far."""
    return ModelCheckpoint(folder / "checkpoints", "last", monitor=None, enable_version_counter=False)


def _trainer(train: TrainTable, run: StageRun, checkpoint: ModelCheckpoint) -> lightning.Trainer:
    terminal = sys.stderr.isatty()
    lines = EpochLines(run.folder, run.title, printed=not terminal)
    # The last after the best: what it keeps of the best one is then of the same epoch.
    callbacks: list[Callback] = [checkpoint, _last_checkpoint(run.folder), lines, *run.extra]
    if run.patience > 0:
        # NaN of a metric that an epoch does not define (one class absent) is no reason to end a run.
        callbacks.append(
            EarlyStopping(train.monitor, patience=run.patience, mode=MONITORS[train.monitor], check_finite=False)
        )
    if terminal:
        callbacks.append(TQDMProgressBar(leave=False))
    return lightning.Trainer(
        # Fewer batches, not max_steps: a run that ends within an epoch is never validated.
        max_epochs=run.epochs, limit_train_batches=run.steps or 1.0, callbacks=callbacks,
        logger=[CSVLogger(run.folder, name="", version=""), TensorBoardLogger(run.folder, name="", version="tensorboard")],
        gradient_clip_val=train.gradient_clip or None, accumulate_grad_batches=train.accumulate,
        deterministic=train.deterministic, enable_progress_bar=terminal, enable_model_summary=False,
        num_sanity_val_steps=0, log_every_n_steps=10, **run.machine.trainer_settings(),
    )  # fmt: skip


def _keep_old_metrics(folder: Path) -> None:
    """Lightning's logger deletes a metrics.csv that it finds: the rows before an interruption move to metrics-N.csv."""
    metrics = folder / "metrics.csv"
    if metrics.is_file():
        metrics.rename(folder / f"metrics-{len(list(folder.glob('metrics-*.csv'))) + 1}.csv")


@contextmanager
def _advice(train: TrainTable, title: str) -> Iterator[None]:
    """Errors that a user can mend become one line with what to change."""
    try:
        yield
    except FitStopped as stopped:
        raise FitStopped(f"{title}: {stopped}") from stopped
    except (RuntimeError, MemoryError) as error:
        message = str(error)
        if is_out_of_memory(error):
            raise FitStopped(
                f"{title}: out of memory with [train] batch = {train.batch}; set batch = {max(train.batch // 2, 1)} and"
                f" accumulate = {train.accumulate * 2}, or fit with --precision bf16-mixed"
            ) from error
        if train.deterministic and "deterministic" in message:
            raise FitStopped(
                f"{title}: {message.splitlines()[0][:160]}; set [train] deterministic = false or use --accelerator cpu"
            ) from error
        raise


def is_out_of_memory(error: BaseException) -> bool:
    """Of the GPU or, where the system says so before it kills the process, of the CPU."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    message = str(error).lower()
    return "out of memory" in message or "can't allocate memory" in message
