"""`focal`: cross-entropy in which easy examples weigh little (000 §3.4.1; Lin et al. 2017)."""

from __future__ import annotations

from torch import Tensor
from torchvision.ops import sigmoid_focal_loss

from training.data.batch import Batch
from training.losses.bce import known_labels, mean_of_known
from training.losses.loss import Loss
from training.models.classifier import Classifier, ModelOutputs


def focal_loss(logits: Tensor, labels: Tensor, gamma: float, alpha: float, weights: Tensor | None = None) -> Tensor:
    """-alpha_t (1-p_t)^gamma log p_t, p_t = p for y = 1 and 1-p for y = 0, mean over the known labels, each times its weight;
    [N,K] each.

    alpha < 0: no alpha_t. gamma 0 and no alpha: binary cross-entropy.
    """
    known, targets = known_labels(labels)
    losses = sigmoid_focal_loss(logits.float(), targets, alpha=alpha, gamma=gamma, reduction="none")
    return mean_of_known(losses, known, weights)


class FocalLoss(Loss):
    """000's formula writes p_i where Lin et al. have p_t; p_t is meant. gamma 2 is Lin's, 000 gives none and no alpha.

    Raises ValueError for gamma < 0 or alpha > 1.
    """

    ends_at_log_odds = False

    def __init__(self, gamma: float, alpha: float) -> None:
        super().__init__()
        if gamma < 0:
            raise ValueError(f"gamma {gamma} of the focal loss is below 0")
        if alpha > 1:
            raise ValueError(f"alpha {alpha} of the focal loss is above 1; allowed are 0..1, or below 0 for none")
        self.gamma, self.alpha = gamma, alpha

    def forward(self, model: Classifier, outputs: ModelOutputs, batch: Batch) -> dict[str, Tensor]:
        return {"loss": focal_loss(outputs.logits, batch.labels, self.gamma, self.alpha, batch.weights)}
