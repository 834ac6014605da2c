"""`vgg-fc` head: the feature map flattened into fully connected layers, as VGG has it."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

SIDE = 7  # cells per side that the first layer takes; the map of every backbone at 224 x 224
VGG_WIDTHS = (4096, 4096)


def vgg_fc(channels: int, classes: int, widths: Sequence[int] = VGG_WIDTHS, dropout: float = 0.5) -> nn.Sequential:
    """Average pooling to 7 x 7 -> Flatten -> [Linear -> ReLU -> Dropout] for each of `widths` -> Linear(classes).

    Simonyan and Zisserman 2015; torchvision's VGG with its last layer replaced. One width of 256 on VGG16 is the
    flatten-256 head of 003. Input [N,channels,h,w], output raw logits [N,classes]. At 224 the pooling is the identity.
    The first layer of the default holds 200,704 x channels weights: 103 M on VGG, 205 M on DenseNet-121.
    """
    layers: list[nn.Module] = [nn.AdaptiveAvgPool2d(SIDE), nn.Flatten(1)]
    size = channels * SIDE * SIDE
    for width in widths:
        layers += [nn.Linear(size, width), nn.ReLU(inplace=False), nn.Dropout(dropout)]
        size = width
    return nn.Sequential(*layers, nn.Linear(size, classes))
