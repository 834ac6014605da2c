"""Images per second of the fit loop (Lightning, logging, seeds, checks, per-epoch metrics) over a bare PyTorch loop.

Same network, batches, loss and optimiser; after each epoch of the fit loop a bare epoch of a twin network runs in the same
process, so that what the machine does meanwhile hits both. The first epoch warms up and is not counted. Validation is not
part of either time.
"""

import os
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
import torch
from lightning.pytorch.callbacks import Callback

from benchmarks.machine import describe_machine, write_result
from benchmarks.paired_timing import median_ratio, ratio_line
from training.data.loading import batches
from training.data.prepared import PreparedSet
from training.losses import LossTable, build_loss
from training.models.model_registry import build_model
from training.models.model_table import ModelTable
from training.optim import OptimTable, build_optimizer
from training.run.epoch_order import EpochOrder
from training.run.fit import configured_optimizer
from training.run.fit_stage import StageRun, fit_stage
from training.run.hardware import Machine
from training.run.module import RowModule, StepSettings
from training.run.settings import TrainTable

EPOCHS = int(os.environ.get("FIT_LOOP_EPOCHS", "8"))
ON_GPU = torch.cuda.is_available()
SIDE, BATCH, IMAGES = (224, 64, 2048) if ON_GPU else (96, 16, 128)
NAME = "resnet18"
AIM = 0.95


class BareEpochs(Callback):
    """Times both loops; the bare one runs when an epoch of the fit loop has ended."""

    def __init__(self, prepared: PreparedSet) -> None:
        self.prepared, self.fit, self.bare = prepared, [], []
        self.model, self.loss = _network(), build_loss(LossTable("bce"), prepared.labels, "multilabel")
        device = torch.device("cuda" if ON_GPU else "cpu")
        self.model.to(device, memory_format=torch.channels_last).train()
        self.loss.to(device)
        self.device, self.optimizer = device, build_optimizer(OptimTable(), self.model, self.loss)

    def on_train_epoch_start(self, trainer: object, module: object) -> None:
        _wait()
        self.start = time.perf_counter()

    def on_validation_epoch_start(self, trainer: object, module: object) -> None:
        _wait()
        self.fit.append(time.perf_counter() - self.start)

    def on_train_epoch_end(self, trainer: object, module: object) -> None:
        _wait()
        start = time.perf_counter()
        for batch in _loader(self.prepared):
            own = batch.to(self.device)
            with torch.autocast(self.device.type, torch.bfloat16, enabled=ON_GPU):
                outputs = self.model(own.images.contiguous(memory_format=torch.channels_last))
            loss = self.loss(self.model, outputs, own)["loss"]
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
        _wait()
        self.bare.append(time.perf_counter() - start)


def main() -> None:
    """Print and keep the ratio of speeds: bare seconds over fit-loop seconds of the same images."""
    prepared = _images()
    timing = BareEpochs(prepared)
    loss = build_loss(LossTable("bce"), prepared.labels, "multilabel")
    module = RowModule(
        _network(), loss, partial(configured_optimizer, OptimTable(), "val_loss"), StepSettings("multilabel")
    )
    machine = Machine("gpu" if ON_GPU else "cpu", "1", "bf16-mixed" if ON_GPU else "32-true")
    few = prepared.select(np.arange(BATCH))
    with tempfile.TemporaryDirectory() as folder:
        run = StageRun(Path(folder), "fit loop", EPOCHS + 1, 0, machine, 0, (timing,))
        fit_stage(module, (_loader(prepared), batches(few, BATCH, shuffle_seed=None)), TrainTable(batch=BATCH), run)
    fit, bare = np.array(timing.fit[1:]), np.array(timing.bare[1:])
    ratio = median_ratio(bare, fit)
    speeds = {"fit_loop": IMAGES / np.median(fit), "bare": IMAGES / np.median(bare)}
    print(
        f"{NAME}, {SIDE} px, batch {BATCH}, {IMAGES} images: {speeds['fit_loop']:.1f} images/s; bare {speeds['bare']:.1f}"
    )
    print(ratio_line(f"fit loop over bare loop (aim {AIM})", ratio))
    device = torch.cuda.get_device_name(0) if ON_GPU else "cpu"
    rounded = {name: round(float(value), 2) for name, value in speeds.items()}
    settings = {"network": NAME, "side": SIDE, "batch": BATCH, "images": IMAGES, "device": device}
    write_result(
        "fit_loop", {"machine": describe_machine(), "settings": settings, "images_per_second": rounded, "ratio": ratio}
    )


def _network() -> torch.nn.Module:
    torch.manual_seed(0)
    return build_model(ModelTable(NAME), 5, 1, SIDE)


def _loader(prepared: PreparedSet) -> torch.utils.data.DataLoader:
    return batches(prepared, BATCH, shuffle_seed=0, sampler=EpochOrder(len(prepared), 0), workers=4 if ON_GPU else 0)


def _images() -> PreparedSet:
    random = np.random.default_rng(0)
    names = tuple(str(row) for row in range(IMAGES))
    return PreparedSet(
        random.random((IMAGES, 1, SIDE, SIDE), np.float32).astype(np.float16),
        random.integers(0, 2, (IMAGES, 5)).astype(np.float32), np.zeros((IMAGES, SIDE, SIDE), np.uint8),
        np.zeros(IMAGES, bool), ((),) * IMAGES, names, names, ("PA",) * IMAGES, tuple("abcde"), "multilabel",
    )  # fmt: skip


def _wait() -> None:
    if ON_GPU:
        torch.cuda.synchronize()
