"""One step of training of any classifier with any loss, for Lightning."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import lightning
import numpy as np
import torch
from torch import Tensor, nn

from training.data.batch import Batch
from training.data.records import Box
from training.data.samples import SINGLE
from training.models.classifier import Classifier, ModelOutputs
from training.models.mimo import MimoNet
from training.models.retinanet import RetinaNetBaseline
from training.run.epoch_metrics import epoch_metrics
from training.run.files import RunError

NAN_CHECK_STEPS = 20  # looking at a loss on the GPU waits for it; every step would cost speed


class FitStopped(RunError):
    """A fit that cannot go on; the message says what to change."""


Boxes = tuple[tuple[Box, ...], ...]


@dataclass(frozen=True)
class StepSettings:
    """seed and task of a fit. train_boxes, selection_boxes: of every image of the set, for a detector."""

    task: str
    seed: int = 0
    train_boxes: Boxes = ()
    selection_boxes: Boxes = ()


class RowModule(lightning.LightningModule):
    """Forward in the trainer's precision; losses, which may be of maps, in float32.

    The loss is a sub-module, so that parameters of its own (AUCM's a, b, alpha) are saved, moved and averaged by DDP.
    """

    def __init__(
        self,
        model: Classifier,
        loss: nn.Module,
        configure: Callable[[lightning.LightningModule], Any],
        step: StepSettings,
    ) -> None:
        super().__init__()
        self.model, self.loss, self.step_settings = model, loss, step
        self._configure = configure
        self._seen: list[tuple[Tensor, Tensor, Tensor]] = []
        self._last_loss, self._train_total, self._train_count = torch.zeros(()), torch.zeros(()), 0

    def configure_optimizers(self) -> Any:
        return self._configure(self)

    def on_train_epoch_start(self) -> None:
        # Before the loader's workers start: their seeds come from this generator.
        torch.manual_seed(self._seed(-1))

    def training_step(self, batch: Batch, index: int) -> Tensor:
        # A seed per step, not a running one: a resumed run repeats what an uninterrupted one would have drawn.
        torch.manual_seed(self._seed(index))
        terms = self.terms(batch)
        loss = terms["loss"]
        self._last_loss = loss.detach()
        if loss.device.type == "cpu" or index % NAN_CHECK_STEPS == 0:
            self._stop_at_nan(index)
        self._train_total = self._train_total + self._last_loss * len(batch)
        self._train_count += len(batch)
        for name, value in terms.items():
            if name != "loss":
                self.log(f"train_{name}", value.detach(), on_step=False, on_epoch=True, batch_size=len(batch))
        self.log("train_loss", self._last_loss, on_step=False, on_epoch=True, prog_bar=True, batch_size=len(batch))
        return loss

    def on_train_epoch_end(self) -> None:
        if self._train_count and not torch.isfinite(self._train_total):
            self._stop_at_nan(int(self.trainer.num_training_batches) - 1, whole_epoch=True)
        self._reset_train_terms()

    def validation_step(self, batch: Batch, index: int) -> None:
        outputs = self._outputs(batch.images)
        terms = self._terms_of(outputs, batch, self.step_settings.selection_boxes)
        self.log("val_loss", terms["loss"].detach(), batch_size=len(batch), prog_bar=True, sync_dist=True)
        self._seen.append((batch.index, outputs.logits.detach(), batch.labels))

    def on_validation_epoch_end(self) -> None:
        rows, logits, labels = (self._gathered(part) for part in zip(*self._seen, strict=True))
        self._seen = []
        # DDP's sampler repeats images so that all ranks have equally many; each counts once (methods.md trap 21).
        first = np.unique(rows, return_index=True)[1]
        for name, value in epoch_metrics(logits[first], labels[first], self.step_settings.task).items():
            self.log(name, value, prog_bar=name == "val_acc")

    def terms(self, batch: Batch) -> dict[str, Tensor]:
        """The loss and its terms on one training batch."""
        if isinstance(self.model, MimoNet):  # other cases for every member: its loss makes its own forward pass
            return {"loss": self._sum_over_members(self.model, batch)}
        outputs = None if isinstance(self.model, RetinaNetBaseline) else self._outputs(batch.images)
        if outputs is not None:
            share = right_answers(outputs.logits.detach(), batch.labels, self.step_settings.task)
            self.log("train_acc", share, on_step=False, on_epoch=True, batch_size=len(batch))
        return self._terms_of(outputs, batch, self.step_settings.train_boxes)

    def _sum_over_members(self, model: MimoNet, batch: Batch) -> Tensor:
        each = [
            self._terms_of(outputs, replace(batch, labels=labels, weights=None), ())["loss"]
            for outputs, labels in model.member_answers(batch.images, batch.labels)
        ]
        return torch.stack(each).sum()

    def _terms_of(self, outputs: ModelOutputs | None, batch: Batch, boxes: Boxes) -> dict[str, Tensor]:
        if isinstance(self.model, RetinaNetBaseline):
            return self.model.training_loss(batch.images, [boxes[row] for row in batch.index.tolist()])
        # Losses, and the maps that some of them take, are computed in float32 (methods.md §2).
        with torch.autocast(self.device.type, enabled=False):
            terms: dict[str, Tensor] = self.loss(self.model, outputs, batch)
        return terms

    def _outputs(self, images: Tensor) -> ModelOutputs:
        return as_float32(self.model(images.contiguous(memory_format=torch.channels_last)))

    def _seed(self, index: int) -> int:
        return hash((self.step_settings.seed, self.current_epoch, index, self.global_rank)) % 2**63

    def _stop_at_nan(self, index: int, whole_epoch: bool = False) -> None:
        if whole_epoch or not torch.isfinite(self._last_loss):
            value = float("nan") if whole_epoch else float(self._last_loss)
            raise FitStopped(
                f"training loss is {value} at epoch {self.current_epoch + 1}, step {index + 1}; lower [optim] lr, set"
                " [train] gradient_clip = 1.0, or fit with --precision 32-true"
            )

    def _reset_train_terms(self) -> None:
        self._train_total = torch.zeros(())
        self._train_count = 0
        self._last_loss = torch.zeros(())

    def _gathered(self, parts: tuple[Tensor, ...]) -> np.ndarray:
        whole = torch.cat(parts)
        if self.trainer.world_size > 1:
            whole = self.all_gather(whole).flatten(0, 1)  # type: ignore[union-attr]
        return whole.float().cpu().numpy() if whole.is_floating_point() else whole.cpu().numpy()


def right_answers(logits: Tensor, labels: Tensor, task: str) -> Tensor:
    """Share of right answers among the known labels of a batch, as a scalar on its device."""
    if task == SINGLE:
        return labels.gather(1, logits.argmax(dim=1, keepdim=True)).mean()
    known = labels >= 0
    return (((logits >= 0) == (labels >= 0.5)) & known).sum() / known.sum().clamp(min=1)


def as_float32(outputs: ModelOutputs) -> ModelOutputs:
    """The same outputs in float32."""
    values: dict[str, Any] = {}
    for entry in fields(outputs):
        value = getattr(outputs, entry.name)
        parts = tuple(part.float() for part in value) if isinstance(value, tuple) else value
        values[entry.name] = value.float() if isinstance(value, Tensor) else parts
    return replace(outputs, **values)
