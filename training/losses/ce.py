"""`ce`: softmax cross-entropy (003's sparse categorical cross-entropy is this one)."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from training.data.batch import Batch
from training.losses.bce import known_labels
from training.losses.loss import Loss
from training.models.classifier import Classifier, ModelOutputs


def softmax_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """-sum_k y_k log softmax(z)_k, mean over the images whose labels are all known; 0 when there is none.

    logits [N,K]; labels [N,K], each row one-hot (or probabilities that sum to 1).
    """
    known, targets = known_labels(labels)
    whole = known.all(dim=1)
    losses = -(targets * F.log_softmax(logits.float(), dim=1)).sum(dim=1)
    return (losses * whole).sum() / whole.sum().clamp(min=1)


class SoftmaxCrossEntropy(Loss):
    """Softmax cross-entropy for single-label tasks (methods.md §6)."""

    ends_at_log_odds = True

    def forward(self, model: Classifier, outputs: ModelOutputs, batch: Batch) -> dict[str, Tensor]:
        return {"loss": softmax_cross_entropy(outputs.logits, batch.labels)}
