"""`bce`: binary cross-entropy over the known labels."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from training.data.batch import Batch
from training.losses.loss import Loss
from training.models.classifier import Classifier, ModelOutputs


def known_labels(labels: Tensor) -> tuple[Tensor, Tensor]:
    """bool [N,K], whether a label is known, and float [N,K], the label or 0 where it is not.

    Unknown = NaN or negative (methods.md §3, policy `ignore`).
    """
    known = labels >= 0  # NaN >= 0 is False
    return known, torch.where(known, labels, torch.zeros_like(labels))


def mean_of_known(values: Tensor, known: Tensor, weights: Tensor | None = None) -> Tensor:
    """Sum of `values`, each times its weight, where `known`, by the number of known; 0 when nothing is. All [N,K].

    Not by the sum of the weights: a label of weight 1/2 then moves the network half as far, whatever else is in its batch.
    """
    weighed = values if weights is None else values * weights
    return (weighed * known).sum() / known.sum().clamp(min=1)


def masked_bce(
    logits: Tensor, labels: Tensor, pos_weight: Tensor | None = None, weights: Tensor | None = None
) -> Tensor:
    """Mean binary cross-entropy over the known labels; 0 when none is known.

    logits [N,K]; labels [N,K] in [0,1], unknown = NaN or negative. pos_weight [K]: factor of the positive term. weights
    [N,K]: of each label, None = 1 each.
    """
    known, targets = known_labels(labels)
    losses = F.binary_cross_entropy_with_logits(logits.float(), targets, pos_weight=pos_weight, reduction="none")
    return mean_of_known(losses, known, weights)


class BinaryCrossEntropy(Loss):
    """-[y log p + (1-y) log(1-p)], p = sigmoid(z), mean over the known labels of the batch (methods.md §6)."""

    ends_at_log_odds = True

    def forward(self, model: Classifier, outputs: ModelOutputs, batch: Batch) -> dict[str, Tensor]:
        return {"loss": masked_bce(outputs.logits, batch.labels, weights=batch.weights)}
