"""Is a training step ever waiting for data? From DICOM files to a batch, beside the time of a step.

Three ways of one image: decoded from its file (what the first epoch without a cache costs), from the memory map of
prepared pixels, and from there through an augmentation; and the images per second that a step of the network takes.
"""

import os
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from benchmarks.machine import describe_machine, write_result
from training.augmentations.settings import AugmentationTable
from training.augmentations.transform import build_transform
from training.data.loading import batches
from training.data.prepared import PreparedSet, prepare
from training.data.registry import read_samples
from training.data.settings import DataSettings, PaperInput
from training.losses import LossTable, build_loss
from training.models.model_registry import build_model
from training.models.model_table import ModelTable
from training.optim import OptimTable, build_optimizer
from training.phantoms.layouts import write_rsna
from training.phantoms.made_data import MadeData

FILES = int(os.environ.get("DATA_LOADING_FILES", "48"))
SIDE, BATCH, DICOM_SIDE = 224, 16, 1024
NAME = "resnet18"
AUGMENTATION = AugmentationTable(keras_rotation=0.2, hflip=0.5)  # 003's
ROUNDS = 3


def main() -> None:
    """Print and keep images per second of each part; `ratio` above 1: the step is what takes the time."""
    workers = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_rsna(folder / "rsna", MadeData(count=FILES, size=DICOM_SIDE, fast=True))
        samples = read_samples(DataSettings("rsna"), folder / "rsna")
        ids = [sample.image_id for sample in samples.samples]
        own = PaperInput(SIDE)
        speeds = {}
        for count in sorted({1, workers}):
            start = time.perf_counter()
            prepare(samples, ids, own, None, count)
            speeds[f"dicom, {count} processes"] = len(ids) / (time.perf_counter() - start)
        prepare(samples, ids, own, folder / "cache", workers)
        prepared = prepare(samples, ids, own, folder / "cache", workers)
        speeds["memory map"] = _loading(prepared, None)
        speeds["memory map and 003's augmentation"] = _loading(prepared, AUGMENTATION)
        speeds["step"] = _step(prepared)
    for key, value in speeds.items():
        print(f"{key}: {value:.1f} images/s")
    ratios = {key: round(value / speeds["step"], 3) for key, value in speeds.items() if key != "step"}
    print(f"loading over step ({NAME}, {SIDE} px, batch {BATCH}): {ratios}")
    settings = {"files": len(ids), "dicom_side": DICOM_SIDE, "side": SIDE, "batch": BATCH, "network": NAME}
    device = torch.cuda.get_device_name(0) if torch.cuda.is_available() else "cpu"
    rounded = {key: round(float(value), 2) for key, value in speeds.items()}
    result = {"images_per_second": rounded, "over_step": ratios, "settings": settings, "device": device}
    write_result("data_loading", {"machine": describe_machine(), **result})


def _loading(prepared: PreparedSet, table: AugmentationTable | None) -> float:
    transform = None if table is None else build_transform(table, SIDE)
    loader = batches(prepared, BATCH, transform=transform, shuffle_seed=0)
    return _best(lambda: sum(len(batch) for batch in loader))


def _step(prepared: PreparedSet) -> float:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = build_model(ModelTable(NAME), prepared.labels.shape[1], 1, SIDE).to(device).train()
    loss = build_loss(LossTable("bce"), np.nan_to_num(prepared.labels), "multilabel").to(device)
    optimizer = build_optimizer(OptimTable(), model, loss)
    batch = next(iter(batches(prepared, BATCH, shuffle_seed=0))).to(device)

    def step() -> int:
        total = loss(model, model(batch.images), batch)["loss"]
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        if device.type == "cuda":
            torch.cuda.synchronize()
        return len(batch)

    step()
    return _best(step)


def _best(work: object) -> float:
    """Images per second of the fastest of ROUNDS rounds."""
    fastest = 0.0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        count = work()  # type: ignore[operator]
        fastest = max(fastest, count / (time.perf_counter() - start))
    return fastest
