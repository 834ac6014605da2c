"""`aucm`: the min-max surrogate of the AUC (000 §3.4.2; Yuan et al., ICCV 2021)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from training.data.batch import Batch
from training.losses.bce import known_labels
from training.losses.class_balance import Floats, positive_rates
from training.losses.loss import Loss
from training.models.classifier import Classifier, ModelOutputs

VERSIONS = ("v1", "v2")


class AucMargin(Loss):
    """min over w, a, b and max over alpha >= 0, for each label, then the mean over the labels known in the batch:

    v1: mean[(1-p)(s-a)^2 1+ + p(s-b)^2 1- + 2 alpha (p s 1- - (1-p) s 1+)] + 2 alpha p(1-p) m - p(1-p) alpha^2
    v2: mean+ (s-a)^2 + mean- (s-b)^2 + 2 alpha (m + mean- s - mean+ s) - alpha^2

    s = sigmoid(z), m the margin, p the positive rate of the training set. The means of v1 divide by all (known) images;
    those of v2 by the images of their class, so v2 wants both classes in a batch. A class absent from the batch has
    mean 0, never NaN. v2 = v1 / (p(1-p)) when p is the batch's rate. LibAUC 2.0.1's v2 misplaces a parenthesis
    (methods.md trap 10); this is the formula.

    a, b, alpha: parameters [K], from 0. alpha goes *up*: PESG does it, and `build_optimizer` gives it a maximising
    group under any other optimiser; it is kept >= 0 here. Raises ValueError for an unknown version.
    """

    ends_at_log_odds = False

    p: Tensor

    def __init__(self, train_labels: Floats, version: str = "v1", margin: float = 1.0) -> None:
        super().__init__()
        if version not in VERSIONS:
            raise ValueError(f"version {version!r} of loss 'aucm' is not one of {', '.join(VERSIONS)}")
        self.version, self.margin = version, margin
        self.register_buffer("p", torch.from_numpy(positive_rates(train_labels)).float())
        self.a, self.b, self.alpha = (nn.Parameter(torch.zeros_like(self.p)) for _ in range(3))

    def forward(self, model: Classifier, outputs: ModelOutputs, batch: Batch) -> dict[str, Tensor]:
        if self.training:
            with torch.no_grad():
                if (
                    self.alpha < 0
                ).any():  # else untouched: a step may take the loss of several answers before it goes back
                    self.alpha.clamp_(min=0)
        return {"loss": self.surrogate(torch.sigmoid(outputs.logits.float()), batch.labels)}

    def surrogate(self, scores: Tensor, labels: Tensor) -> Tensor:
        """The formula above. scores [N,K] in (0,1); labels [N,K], unknown = NaN or negative."""
        known, targets = known_labels(labels)
        positive, negative = targets * known, (1 - targets) * known
        values = (self._v1 if self.version == "v1" else self._v2)(scores, positive, negative)
        used = known.any(dim=0)
        return (values * used).sum() / used.sum().clamp(min=1)

    def _v1(self, s: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        p, q = self.p, 1 - self.p
        squares = q * (s - self.a) ** 2 * positive + p * (s - self.b) ** 2 * negative
        terms = squares + 2 * self.alpha * (p * s * negative - q * s * positive)
        mean = terms.sum(dim=0) / (positive + negative).sum(dim=0).clamp(min=1)
        return mean + p * q * (2 * self.alpha * self.margin - self.alpha**2)

    def _v2(self, s: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        squares = _class_mean((s - self.a) ** 2, positive) + _class_mean((s - self.b) ** 2, negative)
        gap = self.margin + _class_mean(s, negative) - _class_mean(s, positive)
        return squares + 2 * self.alpha * gap - self.alpha**2

    def document(self) -> dict[str, Any]:
        return {"positive_rate": [round(rate, 6) for rate in self.p.tolist()]}


def _class_mean(values: Tensor, members: Tensor) -> Tensor:
    """[K], 0 where a class has no member."""
    counts = members.sum(dim=0)
    return (values * members).sum(dim=0) / torch.where(counts > 0, counts, torch.ones_like(counts))
