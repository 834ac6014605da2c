"""Cross-entropy of a class map against the mask's share per cell."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def map_cross_entropy(class_maps: Tensor, masks: Tensor) -> Tensor:
    """Cross-entropy between the softmax of a class map over its cells and the mask's share per cell, over the maps
    whose mask is known and not empty; 0 when there is none. Says where, never how much: adding a constant to a map
    changes nothing.

    class_maps [N,K,h,w]; masks [N,K,h,w] >= 0, NaN = unknown. Ours, not of paper 001: phantoms know their masks, and
    a map trained with image labels alone needs far more images than a small set has.
    """
    areas = torch.nan_to_num(masks).flatten(2)
    totals = areas.sum(dim=2)
    usable = (totals > 0) & ~torch.isnan(masks).flatten(2).any(dim=2)
    shares = areas / totals.clamp(min=1e-6).unsqueeze(2)
    losses = -(shares * F.log_softmax(class_maps.float().flatten(2), dim=2)).sum(dim=2)
    return (losses * usable).sum() / usable.sum().clamp(min=1)
