"""The network of a row: built, fitted stage by stage, its best weights kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback
from numpy.typing import NDArray
from torch import nn
from torch.utils.data import Sampler

from training.augmentations.transform import build_transform
from training.data.loading import DualSampler, batches
from training.data.prepared import PreparedSet
from training.data.samples import SINGLE
from training.data.settings import PaperInput
from training.losses import WEIGHING, build_loss
from training.losses.registry import OF_LOGITS
from training.models.classifier import Classifier
from training.models.mimo import MimoNet
from training.models.model_registry import apply_unfreeze, build_model
from training.models.retinanet import RetinaNetBaseline
from training.models.swept_net import SweptNet
from training.optim import OptimTable, build_optimizer, build_scheduler
from training.run.callbacks import LossEpoch, epoch_values
from training.run.data import RowData
from training.run.epoch_order import EpochOrder
from training.run.feature_cache import CachedTrunk, can_cache, kept_maps
from training.run.files import RunError, read_json, read_weights, write_json, write_weights
from training.run.fit_stage import StageRun, fit_stage
from training.run.hardware import Machine
from training.run.module import RowModule, StepSettings
from training.run.per_class_net import PerClassNet
from training.run.settings import MONITORS, RowSettings
from training.run.stage_plan import Stage, stage_plan

PER_CLASS = "per-class"


@dataclass(frozen=True)
class FitOptions:
    """start: weights to begin with (a net.pt); what fits by name and shape is taken. steps: the most of a stage, 0 = no
    limit. extra: callbacks of a search."""

    machine: Machine
    start: Path | None = None
    steps: int = 0
    extra: tuple[Callback, ...] = ()


def build_row_model(row: RowSettings, data: RowData) -> Classifier:
    """The network of the row for its data, with the start that the seed gives; one per class where [train] says so."""
    lightning.seed_everything(row.train.seed, workers=True, verbose=False)
    classes, own = len(data.classes), row.input
    if row.train.per_class:
        if data.task == SINGLE:
            raise RunError(f"{row.name}: train per_class = true is for multi-label tasks, not for {data.task!r}")
        return PerClassNet([_build(row, 1, data, own) for _ in range(classes)])
    return _build(row, classes, data, own)


def _build(row: RowSettings, classes: int, data: RowData, own: PaperInput) -> Classifier:
    return build_model(row.model, classes, data.samples.channels, own.side, own.mean, own.std)


def fitted_model(row: RowSettings, data: RowData, folder: Path) -> Classifier:
    """The network that fit_model kept in the folder, in eval mode. Raises RunError."""
    model = build_row_model(replace(row, model=replace(row.model, weights="none")), data)
    load_weights(model, folder / "net.pt")
    return model.eval()


def load_weights(model: nn.Module, path: Path) -> None:
    """Weights of exactly this network. Raises RunError naming the first difference."""
    try:
        model.load_state_dict(read_weights(path))
    except RuntimeError as error:
        reason = " ".join(str(error).split())
        raise RunError(f"checkpoint {path.parent.name}/{path.name} is of another network: {reason[:160]}") from error


def fit_model(row: RowSettings, data: RowData, folder: Path, options: FitOptions) -> Classifier:
    """Fit all stages, or what an interrupted run left of them, and keep the weights in net.pt.

    Returns the network of the best epoch, on the CPU and in eval mode. Raises FitStopped.
    """
    if (folder / "net.pt").is_file():
        return fitted_model(row, data, folder)
    model = build_row_model(row, data)
    if options.start is not None:
        begin_with(model, options.start)
    if isinstance(model, PerClassNet):
        for column, member in enumerate(model.members):
            _fit_stages(
                cast(Classifier, member), row, data.for_class(column), folder / PER_CLASS / str(column), options
            )
    else:
        _fit_stages(model, row, data, folder, options)
    model = model.cpu().to(memory_format=torch.contiguous_format).eval()  # type: ignore[call-overload]
    write_weights(folder / "net.pt", _plain_state(model))
    return model


def _fit_stages(model: Classifier, row: RowSettings, data: RowData, folder: Path, options: FitOptions) -> None:
    for stage in stage_plan(row):
        _kept_stage(model, row, data, stage, folder / stage.name, options)


def stage_documents(folder: Path) -> list[dict[str, Any]]:
    """stage.json of every finished stage, in order; of all classes where each has a network of its own."""
    paths = sorted((*folder.glob("*/stage.json"), *folder.glob(f"{PER_CLASS}/*/*/stage.json")))
    return [read_json(path, "run `python -m training fit` first") for path in paths]


def begin_with(model: nn.Module, path: Path) -> int:
    """Take the weights that fit by name and shape; returns how many. Raises RunError when none does."""
    own, found = model.state_dict(), read_weights(path)
    fitting = {name: value for name, value in found.items() if name in own and own[name].shape == value.shape}
    if not fitting:
        raise RunError(f"no weight of {path.parent.name}/{path.name} fits this network")
    model.load_state_dict(own | fitting)
    return len(fitting)


def _kept_stage(
    model: Classifier, row: RowSettings, data: RowData, stage: Stage, folder: Path, options: FitOptions
) -> None:
    """One stage; its weights are kept, so that a run killed in a later stage does not repeat it."""
    if (folder / "net.pt").is_file():
        load_weights(model, folder / "net.pt")
        return
    if stage.unfreeze:
        apply_unfreeze(model, stage.unfreeze)
    train, selection = data.of("train"), data.of(data.selecting)
    _refuse_unweighed(model, stage, train)
    _refuse_maps_of_members(model, stage)
    weights = None if train.weights is None else np.asarray(train.weights, np.float64)
    counted = _as_drawn(row, train)
    weights = None if weights is None else weights[counted]
    loss = build_loss(stage.loss, np.asarray(train.labels, np.float64)[counted], data.task, weights)
    trained: Classifier = model
    cached = _cached(model, row, (train, selection), options.machine)
    if cached is not None:
        trained, (train, selection) = cached
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    step = StepSettings(data.task, row.train.seed, train.boxes, selection.boxes)
    module = RowModule(trained, loss, partial(configured_optimizer, stage.optim, row.train.monitor), step)
    run = StageRun(
        folder, f"{row.name} {stage.name}".strip(), stage.epochs, stage.patience, options.machine, options.steps,
        (LossEpoch(stage.first_epoch), *options.extra),
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    best = fit_stage(module, _loaders(row, train, selection, data.is_drawn(train.ids)), row.train, run)
    document = {
        "stage": stage.name, "epochs": stage.epochs, "cached_features": cached is not None,
        "best_epoch": stage.first_epoch + best, "best": _finite(epoch_values(folder, best)),
        "loss": _finite(loss.document()),
    }  # fmt: skip
    write_json(folder / "stage.json", document)
    write_weights(folder / "net.pt", _plain_state(model))


def _refuse_unweighed(model: Classifier, stage: Stage, train: PreparedSet) -> None:
    """Raises RunError where some labels are to count for less and the loss would not know."""
    if train.weights is None or (stage.loss.name in WEIGHING and not isinstance(model, MimoNet | RetinaNetBaseline)):
        return
    raise RunError(
        f"some labels count for less than 1 (labels that were given beside a model); loss {stage.loss.name!r} of this network"
        f" cannot weigh labels, allowed are {', '.join(WEIGHING)}; or set [data] aided_weight = 1"
    )


def _refuse_maps_of_members(model: Classifier, stage: Stage) -> None:
    """Raises RunError for a loss that a MIMO network cannot sum over its members, whose maps are not apart."""
    if isinstance(model, MimoNet) and stage.loss.name not in OF_LOGITS:
        raise RunError(f"[loss] {stage.loss.name!r} of model 'mimo' is not one of {', '.join(OF_LOGITS)}")


def _loaders(row: RowSettings, train: PreparedSet, selection: PreparedSet, drawn: NDArray[np.bool_]) -> tuple[Any, Any]:
    own = row.train
    transform = None if row.augmentation.is_empty else build_transform(row.augmentation, row.input.side)
    sampler: Sampler[int] = EpochOrder(len(train), own.seed, drawn, own.phantoms_per_epoch)
    if own.balanced:
        sampler = _dual_sampler(row, train)
    first = batches(
        train, own.batch, transform=transform, shuffle_seed=own.seed, drop_last=own.drop_last, sampler=sampler,
        workers=own.workers,
    )  # fmt: skip
    return first, batches(selection, own.batch, shuffle_seed=None, workers=own.workers)


def _as_drawn(row: RowSettings, train: PreparedSet) -> NDArray[np.intp]:
    """The rows of one epoch: a loss that counts classes must count them as often as they are drawn."""
    if not row.train.balanced:
        return np.arange(len(train), dtype=np.intp)
    return np.fromiter(_dual_sampler(row, train), np.intp)


def _dual_sampler(row: RowSettings, train: PreparedSet) -> DualSampler:
    if train.labels.shape[1] != 1:
        raise RunError(f"{row.name}: train balanced = true needs one class, here are {train.labels.shape[1]}")
    return DualSampler(train.labels[:, 0], row.train.batch, seed=row.train.seed)


def _cached(
    model: Classifier, row: RowSettings, sets: tuple[PreparedSet, PreparedSet], machine: Machine
) -> tuple[Classifier, tuple[PreparedSet, PreparedSet]] | None:
    if not row.train.cache_features or not can_cache(model, not row.augmentation.is_empty):
        return None
    if not isinstance(model, SweptNet) or row.loss.name == "custom":  # its loss feeds maps back through the trunk
        return None
    device = machine.evaluation_device()
    train, selection = (kept_maps(model, own, device, row.train.batch) for own in sets)
    if train is None or selection is None:
        return None
    return CachedTrunk(model), (train, selection)


def configured_optimizer(table: OptimTable, monitor: str, module: lightning.LightningModule) -> Any:
    """Optimiser and schedule for Lightning; a plateau watches the run's monitor."""
    optimizer = build_optimizer(table, module.model, module.loss)  # type: ignore[arg-type]
    steps = int(module.trainer.estimated_stepping_batches) if table.one_cycle else 0
    scheduler = build_scheduler(table, optimizer, MONITORS[monitor], steps)
    if scheduler is None:
        return optimizer
    interval = "step" if table.one_cycle else "epoch"
    return {"optimizer": optimizer, "lr_scheduler": {"scheduler": scheduler, "monitor": monitor, "interval": interval}}


def _plain_state(model: nn.Module) -> dict[str, Any]:
    """Weights on the CPU in the plain memory order."""
    return {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}


def _finite(document: Mapping[str, Any]) -> dict[str, Any]:
    """NaN and infinities become null, which JSON has."""
    found: dict[str, Any] = json.loads(json.dumps(document), parse_constant=lambda name: None)
    return found
