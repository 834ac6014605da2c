"""A frozen trunk gives the same maps in every epoch: they are computed once, and the head is trained on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from training.data.prepared import PreparedSet
from training.models.classifier import Classifier, ModelOutputs
from training.models.swept_net import SweptNet
from training.run.predictions import run_batches

# Maps of a whole set in memory, float16; a larger set is read from its images in every epoch.
LARGEST_CACHE_BYTES = 6 * 1024**3


def can_cache(model: Classifier, augmented: bool) -> bool:
    """Nothing of the trunk is trained, nothing changes the images, and the head reads nothing but the trunk's maps."""
    if augmented or type(model) is not SweptNet:
        return False
    trunk = model.trunk
    trained = any(parameter.requires_grad for parameter in trunk.parameters())
    return not trained and not any(isinstance(module, nn.Dropout) and module.p > 0 for module in trunk.modules())


class CachedTrunk(Classifier):
    """The network without its trunk: takes the trunk's maps [N,C,h,w] as `images`.

    Its head is the network's own, so that what is trained here is trained there.
    """

    def __init__(self, model: SweptNet) -> None:
        super().__init__()
        # In a list, so that the frozen trunk is no part of the state that is saved every epoch.
        self._whole = [model]
        self.head, self.classes = model.head, model.classes

    def forward(self, images: Tensor) -> ModelOutputs:
        return self._whole[0].outputs_of(images)

    def gradcam(self, outputs: ModelOutputs) -> Tensor:
        return self._whole[0].gradcam(outputs)


def kept_maps(model: SweptNet, prepared: PreparedSet, device: torch.device, batch: int) -> PreparedSet | None:
    """The set with the trunk's maps, float16, in place of its images; None when they would be too large.

    Rounding to float16 moves a map by up to 1 part in 2,000: training sees it, evaluation never does.
    """
    first = _maps(model, prepared.select(np.array([0], np.intp)), device, 1)
    if first.nbytes * len(prepared.ids) > LARGEST_CACHE_BYTES:
        return None
    return replace(prepared, images=_maps(model, prepared, device, batch))


def _maps(model: SweptNet, prepared: PreparedSet, device: torch.device, batch: int) -> np.ndarray:
    kept: list[np.ndarray] = []
    run_batches(
        model, prepared, device, batch, lambda outputs, rows: kept.append(outputs.features.half().cpu().numpy())
    )
    return np.concatenate(kept)
