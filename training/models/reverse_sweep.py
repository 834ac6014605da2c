"""Exact Grad-CAM of every class of a head, by a reverse sweep over its layers in ordinary forward operations.

    cam_k = relu( sum_c mean_hw(d z_k / d A_c) * A_c )          A: last feature map after ReLU, z: raw logits

Selvaraju et al. 2017; explanation_graph.md. Grad-CAM needs only the spatial *sum* of dz/dA, and average
and max pooling hand a gradient back without changing its sum, so the first Linear's weight [out, C*a*b] is summed
over its a*b cells and dA is never built. The sweep is made of matrix products and comparisons: it exports, it costs
next to nothing, and a loss of the map needs no double backward. One implementation serves training (`head_gradcam`,
live weights) and export (`ReverseSweep`, sums kept).
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn


class UnknownHeadModule(TypeError):
    """A head holds a module whose adjoint the sweep does not know; guessing would give a wrong map."""


@dataclass(frozen=True)
class HeadParts:
    """A head that the sweep can walk: pooling layers before Flatten, Linear and ReLU after it; no Dropout."""

    pools: tuple[nn.Module, ...]
    dense: tuple[nn.Module, ...]

    @property
    def first(self) -> nn.Linear:
        """The Linear layer that reads the flattened map."""
        return next(module for module in self.dense if isinstance(module, nn.Linear))


def split_head(head: nn.Sequential) -> HeadParts:
    """Pooling layers before Flatten, dense layers after it; Dropout and Identity dropped.

    Known: AdaptiveAvgPool2d, AvgPool2d (without padding), AdaptiveMaxPool2d, MaxPool2d, Flatten, Linear, ReLU,
    Dropout, Identity; without pooling (flatten head) too. Anything else, or another order, raises UnknownHeadModule.
    """
    pools: list[nn.Module] = []
    dense: list[nn.Module] = []
    flat = False
    for module in head:
        if isinstance(module, nn.Dropout | nn.Identity):
            continue
        if isinstance(module, nn.Flatten) and not flat and (module.start_dim, module.end_dim) == (1, -1):
            flat = True
        elif not flat and _keeps_the_gradient_sum(module):
            pools.append(module)
        elif flat and (isinstance(module, nn.Linear) or (isinstance(module, nn.ReLU) and dense)):
            dense.append(module)
        else:
            raise UnknownHeadModule(
                f"{module} is not one of pooling (average without padding, or max), Flatten, Linear, ReLU, Dropout"
                " in the order pooling, Flatten, dense layers starting and ending with Linear"
            )
    if not dense or not isinstance(dense[-1], nn.Linear):
        raise UnknownHeadModule("the head does not end in a Linear layer")
    return HeadParts(tuple(pools), tuple(dense))


def _keeps_the_gradient_sum(module: nn.Module) -> bool:
    """Whether the adjoint of a pooling layer preserves the spatial sum of the gradient."""
    if isinstance(module, nn.AdaptiveAvgPool2d | nn.AdaptiveMaxPool2d | nn.MaxPool2d):
        return True
    if isinstance(module, nn.AvgPool2d):
        return module.padding in (0, (0, 0)) and not module.ceil_mode and module.divisor_override is None
    return False


def first_weight_sums(parts: HeadParts, channels: int) -> Tensor:
    """The first Linear's weight summed over the cells of each channel: [out, channels]."""
    first = parts.first
    if first.in_features % channels:
        raise UnknownHeadModule(f"first Linear takes {first.in_features} values, no multiple of {channels} channels")
    return first.weight.reshape(first.out_features, channels, -1).sum(dim=2)


def sweep_head(parts: HeadParts, features: Tensor, sums: Tensor) -> tuple[Tensor, Tensor]:
    """Logits [N,K] of features [N,C,h,w] and sum_hw dz_k/dA_c: [K,C] while no ReLU was met, else [N,K,C]."""
    value = features
    for pool in parts.pools:
        value = pool(value)
    value = value.flatten(1)
    outputs: list[Tensor] = []
    for module in parts.dense:
        value = module(value)
        outputs.append(value)
    gradient: Tensor | None = None
    for module, output in zip(reversed(parts.dense), reversed(outputs), strict=True):
        if isinstance(module, nn.ReLU) and gradient is not None:
            gradient = gradient * (output > 0).to(gradient.dtype).unsqueeze(1)
        if isinstance(module, nn.Linear):
            weight = sums if module is parts.first else module.weight
            gradient = weight if gradient is None else torch.matmul(gradient, weight)
    if gradient is None:
        raise UnknownHeadModule("the head has no Linear layer")
    return value, gradient


def weighted_map(gradient_sums: Tensor, features: Tensor) -> Tensor:
    """relu(sum_c (gradient_sums_kc / hw) A_c): sums [K,C] or [N,K,C], features [N,C,h,w] -> [N,K,h,w], not normalised."""
    weights = gradient_sums / (features.shape[2] * features.shape[3])
    return torch.relu(torch.matmul(weights, features.flatten(2))).unflatten(2, features.shape[2:])


def head_gradcam(head: nn.Sequential, features: Tensor, target: Tensor, columns: slice = slice(None)) -> Tensor:
    """Grad-CAM [N,K,h,w] with the live weights of `head`, differentiable.

    features [N,C,a,b]: what the head reads. target [N,C',h,w]: the layer that is explained; its channels reach the head
    as the channels `columns` of `features`, through nothing but pooling. Dropout is left out: the map is that of
    the network as it is used. In float32 at any precision of the forward pass.
    """
    with full_precision(features):
        parts = split_head(head)
        wide, wide_target = as_float(features), as_float(target)
        _, sums = sweep_head(parts, wide, first_weight_sums(parts, features.shape[1]))
        return weighted_map(sums[..., columns], wide_target)


def full_precision(tensor: Tensor) -> contextlib.AbstractContextManager[Any]:
    """Autocast off, where it is on: maps are float32 (methods.md §2)."""
    device = tensor.device.type
    if device != "meta" and torch.is_autocast_enabled(device):
        return torch.autocast(device, enabled=False)
    return contextlib.nullcontext()


def as_float(tensor: Tensor) -> Tensor:
    """float32 of half precisions; float32 and float64 as they are."""
    return tensor.float() if tensor.dtype in (torch.float16, torch.bfloat16) else tensor


class ReverseSweep(nn.Module):
    """Logits and Grad-CAM of a head, for the exported graph.

    The first layer's sums are taken at construction and kept: build it from a trained network, at export. channels: of
    the map that the head reads. columns: those of its channels that are the explained map, all without branches.
    Raises UnknownHeadModule.
    """

    def __init__(self, head: nn.Sequential, channels: int, columns: slice = slice(None)) -> None:
        super().__init__()
        parts = split_head(head)
        self.pools = nn.Sequential(*parts.pools)
        self.dense = nn.ModuleList(parts.dense)
        self.columns = columns
        self.register_buffer("first_weight_summed", first_weight_sums(parts, channels).detach().clone())

    def forward(self, features: Tensor, target: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """features [N,C,h,w], post-ReLU -> logits [N,K], Grad-CAM [N,K,h,w] >= 0, not normalised, on the cells of
        `target` (default: the features themselves)."""
        parts = HeadParts(tuple(self.pools), tuple(self.dense))
        logits, sums = sweep_head(parts, features, self.get_buffer("first_weight_summed"))
        return logits, weighted_map(sums[..., self.columns], features if target is None else target)
