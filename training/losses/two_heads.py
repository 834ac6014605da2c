"""`two-heads`: both heads of a two-headed network together, and where its class maps lie."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from training.data.batch import Batch
from training.data.samples import SINGLE
from training.losses.bce import masked_bce
from training.losses.ce import softmax_cross_entropy
from training.losses.loss import Loss
from training.losses.map_cross_entropy import map_cross_entropy
from training.models.classifier import Classifier, ModelOutputs


class TwoHeadLoss(Loss):
    """L = L_cls(logits) + wildcat_weight L_cls(map logits) + map_weight L_map; L_cls is binary cross-entropy over the known
    labels, or softmax cross-entropy where classes exclude each other.

    L_map: `map_cross_entropy` of the class maps and the masks of present classes, averaged over each cell; a mask of the
    image alone counts for every class that is present. Without masks it costs nothing. Raises ValueError for a weight
    below 0, and for a network with one head.
    """

    ends_at_log_odds = True

    def __init__(self, task: str, wildcat_weight: float, map_weight: float) -> None:
        super().__init__()
        for name, weight in (("wildcat_weight", wildcat_weight), ("map_weight", map_weight)):
            if weight < 0:
                raise ValueError(f"loss {name} {weight} is below 0")
        self.task, self.wildcat_weight, self.map_weight = task, wildcat_weight, map_weight

    def forward(self, model: Classifier, outputs: ModelOutputs, batch: Batch) -> dict[str, Tensor]:
        if outputs.map_logits is None or outputs.class_maps is None:
            raise ValueError("loss 'two-heads' needs a network with head gap-linear+wildcat or gap-mlp+wildcat")
        terms = {"head": self._classify(outputs.logits, batch), "wildcat": self._classify(outputs.map_logits, batch)}
        total = terms["head"] + self.wildcat_weight * terms["wildcat"]
        if self.map_weight:
            terms["map"] = map_cross_entropy(outputs.class_maps, cell_shares(batch, outputs.class_maps))
            total = total + self.map_weight * terms["map"]
        return {"loss": total, **terms}

    def _classify(self, logits: Tensor, batch: Batch) -> Tensor:
        if self.task == SINGLE:
            return softmax_cross_entropy(logits, batch.labels)
        return masked_bce(logits, batch.labels, weights=batch.weights)


def cell_shares(batch: Batch, class_maps: Tensor) -> Tensor:
    """Share of each map cell that the mask of a present class covers, [N,K,h,w]; 0 where no mask is known."""
    present = (batch.labels == 1) & batch.has_mask[:, None]
    height, width = class_maps.shape[2:]
    shares = F.adaptive_avg_pool2d(batch.masks, (height, width))
    return shares * present[:, :, None, None]
