"""`flatten-mlp` head: the whole feature map, cell by cell, into fully connected layers."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn


def flatten_mlp(
    channels: int, cells: int, classes: int, widths: Sequence[int] = (), dropout: float = 0.0
) -> nn.Sequential:
    """Flatten -> [Linear -> ReLU -> Dropout] for each of `widths` -> Linear(classes); methods.md §5.5.

    Input [N,channels,h,w] with h * w = cells, output raw logits [N,classes]. It holds for one input size. flatten-256 of
    003 on VGG16 at 224: 25,088 * 256 + 256 = 6,422,784 weights and 1,028 of the last layer.
    """
    layers: list[nn.Module] = [nn.Flatten(1)]
    size = channels * cells
    for width in widths:
        layers += [nn.Linear(size, width), nn.ReLU(inplace=False), nn.Dropout(dropout)]
        size = width
    return nn.Sequential(*layers, nn.Linear(size, classes))
