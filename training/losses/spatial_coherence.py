"""`sc`: a saliency map should be even within each of its spots (000 §3.1.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from training.losses.saliency_maps import min_max, resized
from training.models.reverse_sweep import as_float

SIDE = 56  # cells; the paper takes pixels of the map and says neither size nor scale
NEIGHBOURHOOD = 9  # cells; the paper's
FOREGROUND = 0.5  # of the map's maximum; the paper clusters without saying what belongs to a cluster
REDUCTIONS = ("mean", "sum")
# Neighbours within a map, none between maps: maps lie along the first axis.
_EIGHT_CONNECTED = np.stack([np.zeros((3, 3), bool), np.ones((3, 3), bool), np.zeros((3, 3), bool)])


def spatial_coherence(maps: Tensor, reduction: str = "mean") -> Tensor:
    """sum_p sum_{n in T(p)} (x_p - x_n)^2 of each map (`sum`, the paper's), or its mean over the ordered pairs (p, n)
    (`mean`); then the mean over N and K.

    T(p): the other cells of the 9 x 9 neighbourhood in the same 8-connected component of the cells >= half the map's
    maximum. Cells outside every component are ignored. A map without a pair has 0. Which cells belong together is
    constant for the gradient. maps [N,K,h,w] >= 0, taken as they are.
    """
    if reduction not in REDUCTIONS:
        raise ValueError(f"sc_reduction {reduction!r} is not one of {', '.join(REDUCTIONS)}")
    planes = as_float(maps).flatten(0, 1)
    sums, pairs = _CoherenceSums.apply(planes, connected_components(planes.detach()))
    return (sums / pairs.clamp(min=1) if reduction == "mean" else sums).mean()


def coherence_of_gradcam(maps: Tensor, reduction: str) -> Tensor:
    """The term of the total loss: Grad-CAM [N,K,h,w] at 56 x 56, stretched to [0,1]."""
    return spatial_coherence(min_max(resized(maps, (SIDE, SIDE))), reduction)


def connected_components(planes: Tensor) -> Tensor:
    """int32 [M,h,w]: 0 outside, else the number of the component; no number occurs in two maps. planes [M,h,w] >= 0."""
    highest = planes.amax(dim=(1, 2), keepdim=True)
    foreground: NDArray[np.bool_] = ((planes >= FOREGROUND * highest) & (highest > 0)).cpu().numpy()
    labels: NDArray[np.int32] = np.zeros(foreground.shape, np.int32)
    ndimage.label(foreground, structure=_EIGHT_CONNECTED, output=labels)
    return torch.from_numpy(labels).to(planes.device)


class _CoherenceSums(torch.autograd.Function):
    """Sum over ordered pairs of (x_p - x_n)^2 and number of pairs per map, both [M].

    The gradient, d/dx_p = 4 sum_n (x_p - x_n), is summed up in the same sweep over the 40 half-plane offsets: autograd
    would keep three arrays for each of them.
    """

    @staticmethod
    def forward(ctx: Any, planes: Tensor, components: Tensor) -> tuple[Tensor, Tensor]:
        sums, pairs = planes.new_zeros(len(planes)), planes.new_zeros(len(planes))
        gradient = torch.zeros_like(planes)
        for here, there in _half_plane(planes.shape[1], planes.shape[2]):
            own = components[here]
            together = (own == components[there]) & (own > 0)
            difference = (planes[here] - planes[there]) * together
            sums += 2 * difference.square().sum(dim=(1, 2))
            pairs += 2 * together.sum(dim=(1, 2))
            gradient[here] += 4 * difference
            gradient[there] -= 4 * difference
        ctx.save_for_backward(gradient)
        ctx.mark_non_differentiable(pairs)
        return sums, pairs

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (gradient,) = ctx.saved_tensors
        return gradients[0][:, None, None] * gradient, None


_Region = tuple[slice, slice, slice]


def _half_plane(height: int, width: int) -> Iterator[tuple[_Region, _Region]]:
    """Regions (p, n) of the offsets n - p that lie below, or right in the same row: each unordered pair once."""
    reach = NEIGHBOURHOOD // 2
    for down in range(min(reach, height - 1) + 1):
        for right in range(-min(reach, width - 1), min(reach, width - 1) + 1):
            if down == 0 and right <= 0:
                continue
            own = slice(max(0, -right), width - max(0, right))
            other = slice(max(0, right), width - max(0, -right))
            yield (
                (slice(None), slice(0, height - down), own),
                (slice(None), slice(down, height), other),
            )
