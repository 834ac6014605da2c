"""`wce`: binary cross-entropy in which the positives of a label weigh as much as its negatives (000 §3.1)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from training.data.batch import Batch
from training.losses.bce import masked_bce
from training.losses.class_balance import Floats, positive_weights
from training.losses.loss import Loss
from training.models.classifier import Classifier, ModelOutputs


class WeightedCrossEntropy(Loss):
    """-[w_k y log p + (1-y) log(1-p)], w_k = N_neg / N_pos of the training set, mean over the known labels.

    000 names the loss and not its weights; the ratio is the usual reading and is recorded. A label without positives
    or without negatives gets w = 1. Where labels weigh less than 1, N counts each for its weight, as the loss does.
    """

    ends_at_log_odds = False

    pos_weight: Tensor

    def __init__(self, train_labels: Floats, label_weights: Floats | None = None) -> None:
        super().__init__()
        self.register_buffer("pos_weight", torch.from_numpy(positive_weights(train_labels, label_weights)).float())

    def forward(self, model: Classifier, outputs: ModelOutputs, batch: Batch) -> dict[str, Tensor]:
        return {"loss": masked_bce(outputs.logits, batch.labels, self.pos_weight, batch.weights)}

    def document(self) -> dict[str, Any]:
        return {"pos_weight": [round(weight, 6) for weight in self.pos_weight.tolist()]}
