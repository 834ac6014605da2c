"""The Grad-CAM maps that losses on maps are taken of."""

from __future__ import annotations

from dataclasses import replace

import torch.nn.functional as F
from torch import Tensor

from training.models.classifier import Classifier, ModelOutputs
from training.models.reverse_sweep import as_float, full_precision

SMALLEST_RANGE = 1e-8  # of a raw Grad-CAM map; below, the map is flat and becomes zeros


def differentiable_gradcam(model: Classifier, outputs: ModelOutputs) -> Tensor:
    """[N,K,h,w] >= 0 in float32 at any precision of the forward pass; gradients flow, without double backward."""
    parts = tuple(as_float(part) for part in outputs.feature_parts)
    exact = replace(outputs, logits=as_float(outputs.logits), features=as_float(outputs.features), feature_parts=parts)
    with full_precision(exact.features):
        return model.gradcam(exact)


def min_max(maps: Tensor) -> Tensor:
    """Each map of [N,K,h,w] stretched to [0,1]; a flat map, an all-zero one too, becomes zeros."""
    low, high = maps.amin(dim=(2, 3), keepdim=True), maps.amax(dim=(2, 3), keepdim=True)
    return (maps - low) / (high - low).clamp(min=SMALLEST_RANGE)


def resized(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """[N,K,h,w] -> [N,K,*size], bilinear without aligned corners; as it is when the size is already right."""
    if maps.shape[2:] == size:
        return maps
    return F.interpolate(maps, size, mode="bilinear", align_corners=False)
