"""CNN-2 of 003 §3.2 (methods.md §5.4): six convolutions and global max pooling."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from training.models.conv_stack import ConvStack
from training.models.keras_constants import keras_init
from training.models.standardised_input import COLOUR
from training.models.swept_net import SweptNet


def build_cnn2(
    input_module: nn.Module, side: int, classes: int, widths: Sequence[int] = (), dropout: float = 0.0
) -> SweptNet:
    """11x11x32, P, 5x5x64, P, 5x5x128, P, 5x5x256, P, 3x3x256, P, 3x3x512, global max pool, K; P halves.

    227 px: 113, 56, 28, 14, 7. 2,859,588 parameters with K = 4. widths: hidden layers of the tuner's network, none as
    printed. The adjoint of max pooling hands the gradient to one cell, so Grad-CAM's weights are those of GAP.
    """
    stack = ConvStack(COLOUR, side)
    for channels, kernel in ((32, 11), (64, 5), (128, 5), (256, 5), (256, 3)):
        stack.convolve(channels, kernel).pool(2, 2)
    stack.convolve(512, 3)
    layers: list[nn.Module] = [nn.AdaptiveMaxPool2d(1), nn.Flatten(1)]
    size = stack.channels
    for width in widths:
        layers += [nn.Linear(size, width), nn.ReLU(inplace=False), nn.Dropout(dropout)]
        size = width
    trunk = stack.trunk(input_module)
    net = SweptNet(trunk, nn.Sequential(*layers, nn.Linear(size, classes)), classes)
    keras_init(trunk.features)
    keras_init(net.head)
    return net
