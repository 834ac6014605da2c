"""What every loss is to the fit loop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from torch import Tensor, nn

from training.data.batch import Batch
from training.models.classifier import Classifier, ModelOutputs


class Loss(nn.Module, ABC):
    """A loss of one batch. Its parameters, if it has any, are trained with the network's.

    ends_at_log_odds: whether the logits of its optimum are the log odds of the labels (softmax: their logarithms but for a
    constant) as often as they occur in training. Where they are not, a temperature cannot calibrate: it has no bias.
    """

    ends_at_log_odds: ClassVar[bool]

    @abstractmethod
    def forward(self, model: Classifier, outputs: ModelOutputs, batch: Batch) -> dict[str, Tensor]:
        """Scalars: `loss`, the total to go down, and each term before its factor, by name. float32.

        outputs: of `model` on batch.images. Labels of the batch that are NaN or negative cost nothing.
        """

    def set_epoch(self, epoch: int) -> None:
        """Called by the fit loop before each epoch, counted from 0; a loss with stages then changes its stage."""

    def document(self) -> dict[str, Any]:
        """What a run records beside the [loss] table: figures taken from the training labels. JSON-ready."""
        return {}
