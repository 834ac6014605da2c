"""One training run: Lightning module, data order, callbacks; everything a later reader needs stays in the run
folder."""

from __future__ import annotations

import importlib
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping, ModelCheckpoint, TQDMProgressBar
from lightning.pytorch.loggers import CSVLogger
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from training.augmentations.radiograph import augment
from training.augmentations.settings import RadiographTable
from training.cases import Cases
from training.experiment import FitSettings
from training.losses import map_cross_entropy, masked_bce
from training.models.two_head_net import HeadOutputs, TwoHeadNet

VERSIONED = ("torch", "lightning", "numpy", "onnx", "onnxruntime", "sklearn")

Batch = tuple[Tensor, Tensor, Tensor]


class CaseDataset(Dataset[Batch]):
    """Whole batches by index: image float32 [N,1,H,W], labels [N,K], masks [N,K,h,w]."""

    def __init__(self, cases: Cases) -> None:
        self.cases = cases

    def __len__(self) -> int:
        return len(self.cases)

    def __getitem__(self, index: int) -> Batch:
        image, labels, masks = self.__getitems__([index])
        return image[0], labels[0], masks[0]

    def __getitems__(self, indices: list[int]) -> Batch:
        """What DataLoader calls for a batch: one gather instead of N."""
        images = torch.from_numpy(self.cases.images[indices].astype(np.float32)).unsqueeze(1)
        masks = torch.from_numpy(self.cases.masks[indices].astype(np.float32))
        return images, torch.from_numpy(self.cases.labels[indices]), masks


def _as_is(batch: Any) -> Any:
    """__getitems__ has already made the batch."""
    return batch


class EpochSampler(Sampler[int]):
    """All real cases and `per_epoch` phantoms in an order that depends on seed and epoch alone, so that a resumed
    run sees the same."""

    def __init__(self, is_phantom: np.ndarray, per_epoch: int, seed: int) -> None:
        self.real, self.phantoms = np.flatnonzero(~is_phantom), np.flatnonzero(is_phantom)
        self.per_epoch, self.seed, self.epoch = min(per_epoch, len(self.phantoms)), seed, 0

    def __len__(self) -> int:
        return len(self.real) + self.per_epoch

    def set_epoch(self, epoch: int) -> None:
        """Called by Lightning at the start of each epoch."""
        self.epoch = epoch

    def __iter__(self) -> Iterator[int]:
        random = np.random.default_rng((self.seed, self.epoch))
        chosen = random.choice(self.phantoms, self.per_epoch, replace=False) if self.per_epoch else self.phantoms[:0]
        yield from random.permutation(np.concatenate([self.real, chosen])).tolist()


class FitModule(lightning.LightningModule):
    """Both heads trained together: BCE(gap) + wildcat_weight BCE(wildcat) + map_weight map cross-entropy."""

    def __init__(self, net: TwoHeadNet, settings: FitSettings, augmentation: RadiographTable) -> None:
        super().__init__()
        self.net, self.settings, self.augmentation = net, settings, augmentation

    def training_step(self, batch: Batch, index: int) -> Tensor:
        images, labels, masks = batch
        # Seeds per step, not running ones: a resumed run repeats what an uninterrupted one would have drawn.
        seed = hash((self.settings.seed, self.current_epoch, index, self.global_rank)) % 2**63
        torch.manual_seed(seed)  # dropout
        random = torch.Generator().manual_seed(seed)
        moved, moved_masks = augment(images.cpu(), masks.cpu(), self.augmentation, random)
        outputs = self.net(moved.to(self.device).contiguous(memory_format=torch.channels_last))
        loss = self._loss(outputs, labels, moved_masks.to(self.device))
        self.log("train_loss", loss, on_step=False, on_epoch=True, batch_size=len(images))
        return loss

    def validation_step(self, batch: Batch, index: int) -> None:
        images, labels, masks = batch
        outputs = self.net(images.contiguous(memory_format=torch.channels_last))
        self.log("val_loss", self._loss(outputs, labels, masks), batch_size=len(images), prog_bar=True, sync_dist=True)
        self.log("val_gap_loss", masked_bce(outputs.logits, labels), batch_size=len(images), sync_dist=True)

    def _loss(self, outputs: HeadOutputs, labels: Tensor, masks: Tensor) -> Tensor:
        loss = masked_bce(outputs.logits, labels) + self.settings.wildcat_weight * masked_bce(
            outputs.wildcat_logits, labels
        )
        if self.settings.map_weight:
            loss = loss + self.settings.map_weight * map_cross_entropy(outputs.class_maps, masks)
        return loss

    def configure_optimizers(self) -> Any:
        """AdamW, no decay on norms and biases; one cycle per run (Smith 2018)."""
        decayed = [p for p in self.net.parameters() if p.ndim > 1]
        plain = [p for p in self.net.parameters() if p.ndim <= 1]
        groups = [
            {"params": decayed, "weight_decay": self.settings.weight_decay},
            {"params": plain, "weight_decay": 0.0},
        ]
        optimizer = torch.optim.AdamW(groups, self.settings.learning_rate)
        steps = int(self.trainer.estimated_stepping_batches)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, self.settings.learning_rate, total_steps=max(steps, 2), pct_start=self.settings.warmup
        )
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


@dataclass(frozen=True)
class Hardware:
    """What the command line passes through to Lightning's Trainer."""

    accelerator: str = "auto"
    devices: str = "auto"
    precision: str = "auto"

    def resolved_precision(self) -> Any:
        """`auto`: bf16-mixed where the machine computes in it (CUDA, or a CPU with AVX512-BF16 or AMX), else 32."""
        if self.precision != "auto":
            return self.precision
        fast_cpu = bool(getattr(torch.backends.mkldnn, "is_available", lambda: False)()) and _cpu_has_bf16()
        return "bf16-mixed" if torch.cuda.is_available() or fast_cpu else "32-true"


def _cpu_has_bf16() -> bool:
    try:
        return "avx512_bf16" in Path("/proc/cpuinfo").read_text(encoding="ascii", errors="ignore")
    except OSError:
        return False


@dataclass(frozen=True)
class FitPlan:
    """How a network is fitted: settings, augmentation, and how many of the training phantoms each epoch sees."""

    settings: FitSettings
    augmentation: RadiographTable
    phantoms_per_epoch: int


def fit_net(
    net: TwoHeadNet,
    train: Cases,
    selection: Cases,
    plan: FitPlan,
    folder: Path,
    hardware: Hardware,
    resume: bool = False,
) -> TwoHeadNet:
    """Train, and return the network of the epoch with the best `monitor` on the selection cases, in eval mode.

    folder receives metrics.csv, versions.json and checkpoints/{best,last}.ckpt. resume continues from last.ckpt where
    it is.
    """
    settings = plan.settings
    # Its advice ("GPU available", tips) is not about this run; warnings still pass.
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    lightning.seed_everything(settings.seed, workers=True, verbose=False)
    module = FitModule(net.to(memory_format=torch.channels_last), settings, plan.augmentation)
    checkpoint = ModelCheckpoint(
        folder / "checkpoints", "best", monitor=settings.monitor, save_last=True, enable_version_counter=False
    )
    callbacks: list[Callback] = [checkpoint, EarlyStopping(settings.monitor, patience=settings.patience)]
    if sys.stderr.isatty():
        callbacks.append(TQDMProgressBar())
    trainer = lightning.Trainer(
        max_epochs=settings.epochs, callbacks=callbacks, logger=CSVLogger(folder, name="", version=""), gradient_clip_val=1.0,
        enable_progress_bar=sys.stderr.isatty(), enable_model_summary=False, num_sanity_val_steps=0, log_every_n_steps=10,
        accelerator=hardware.accelerator, devices=hardware.devices, precision=hardware.resolved_precision(),
    )  # fmt: skip
    _write_versions(folder)
    _keep_old_metrics(folder)
    sampler = EpochSampler(train.is_phantom, plan.phantoms_per_epoch, settings.seed)
    last = folder / "checkpoints" / "last.ckpt"
    trainer.fit(
        module,
        DataLoader(
            CaseDataset(train),
            settings.batch,
            sampler=sampler,
            drop_last=len(sampler) >= settings.batch,
            collate_fn=_as_is,
        ),
        DataLoader(CaseDataset(selection), 64, collate_fn=_as_is),
        ckpt_path=str(last) if resume and last.is_file() else None,
    )
    best = torch.load(checkpoint.best_model_path or last, map_location="cpu", weights_only=False)
    module.load_state_dict(best["state_dict"])
    return module.net.cpu().eval()


def _keep_old_metrics(folder: Path) -> None:
    """Lightning's logger deletes a metrics.csv that it finds: the rows before an interruption move to metrics-N.csv."""
    metrics = folder / "metrics.csv"
    if metrics.is_file():
        metrics.rename(folder / f"metrics-{len(list(folder.glob('metrics-*.csv'))) + 1}.csv")


def _write_versions(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    versions = {name: str(importlib.import_module(name).__version__) for name in VERSIONED} | {
        "python": sys.version.split()[0]
    }
    (folder / "versions.json").write_text(json.dumps(versions, indent=1) + "\n", encoding="utf-8")
