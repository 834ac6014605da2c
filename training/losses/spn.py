"""`spn`: classification loss plus localisation loss of the saliency prediction network (002, Loss functions)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from training.data.batch import Batch
from training.data.samples import SINGLE
from training.losses.bce import masked_bce
from training.losses.ce import softmax_cross_entropy
from training.losses.loss import Loss
from training.models.classifier import Classifier, ModelOutputs

LOC_LOSSES = ("ce", "l1", "l2")
LOC_REDUCTIONS = ("labelled", "batch")


def localisation_loss(maps: Tensor, masks: Tensor, has_mask: Tensor, loss: str, reduction: str) -> Tensor:
    """Mean over pixels of CE, |m - y| or (m - y)^2 between the predicted map and the mask, over images with a mask.

    `labelled`: mean over the labelled images (0 without one). `batch`: their sum over the number of *all* images, as
    the reference code has it: the weight then shrinks with the labelled share. 002's words "freezing the localisation
    loss" leave this open. maps [N,1,H,W] in [0,1], after the sigmoid; masks [N,1,H,W] of 0 and 1; has_mask bool [N].
    """
    maps, masks = maps.float(), masks.float()
    if maps.shape[2:] != masks.shape[2:]:
        raise ValueError(f"maps of {tuple(maps.shape[2:])} pixels and masks of {tuple(masks.shape[2:])}")
    with torch.autocast(maps.device.type, enabled=False):
        if loss == "ce":
            pixels = F.binary_cross_entropy(maps, masks, reduction="none")
        else:
            pixels = (maps - masks).abs() if loss == "l1" else (maps - masks) ** 2
    images = pixels.flatten(1).mean(dim=1)
    total = torch.where(has_mask, images, torch.zeros_like(images)).sum()
    return total / (len(images) if reduction == "batch" else has_mask.sum().clamp(min=1))


class SaliencyPrediction(Loss):
    """L = L_cls + weight * L_loc; L_cls is softmax cross-entropy (002), or `bce` where labels are not exclusive.

    The report's lambda is not given, the code's is 1. Raises ValueError for unknown names, and for a network without
    an SPN map.
    """

    ends_at_log_odds = True

    def __init__(self, task: str, loc_loss: str, loc_weight: float, loc_reduction: str) -> None:
        super().__init__()
        if loc_loss not in LOC_LOSSES:
            raise ValueError(f"loc_loss {loc_loss!r} is not one of {', '.join(LOC_LOSSES)}")
        if loc_reduction not in LOC_REDUCTIONS:
            raise ValueError(f"loc_reduction {loc_reduction!r} is not one of {', '.join(LOC_REDUCTIONS)}")
        self.task, self.loc_loss, self.loc_weight, self.loc_reduction = task, loc_loss, loc_weight, loc_reduction

    def forward(self, model: Classifier, outputs: ModelOutputs, batch: Batch) -> dict[str, Tensor]:
        if outputs.class_maps is None:
            raise ValueError("loss 'spn' needs a network with an SPN head; this one gives no class maps")
        classify = softmax_cross_entropy if self.task == SINGLE else masked_bce
        classification = classify(outputs.logits, batch.labels)
        localisation = localisation_loss(
            outputs.class_maps, batch.masks.amax(dim=1, keepdim=True), batch.has_mask, self.loc_loss, self.loc_reduction
        )
        total = classification + self.loc_weight * localisation
        return {"loss": total, "classification": classification, "localisation": localisation}
