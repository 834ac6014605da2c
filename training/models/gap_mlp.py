"""`gap-mlp` and `gap-linear` heads: global average pooling, then fully connected layers."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn


def gap_mlp(channels: int, classes: int, widths: Sequence[int] = (), dropout: float = 0.0) -> nn.Sequential:
    """GAP -> [Linear -> ReLU -> Dropout] for each of `widths` -> Linear(classes). No widths: `gap-linear`.

    Input [N,channels,h,w], output raw logits [N,classes].
    """
    layers: list[nn.Module] = [nn.AdaptiveAvgPool2d(1), nn.Flatten(1)]
    size = channels
    for width in widths:
        layers += [nn.Linear(size, width), nn.ReLU(inplace=False), nn.Dropout(dropout)]
        size = width
    return nn.Sequential(*layers, nn.Linear(size, classes))
