"""CNN-1 of 003 §3.1 (methods.md §5.4): a deep stack with one-pixel pooling and a flattened head."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from training.models.conv_stack import ConvStack
from training.models.flatten_mlp import flatten_mlp
from training.models.keras_constants import keras_init
from training.models.standardised_input import COLOUR
from training.models.swept_net import SweptNet

WIDTHS = (128,)


def build_cnn1(
    input_module: nn.Module, side: int, classes: int, widths: Sequence[int] = (), dropout: float = 0.0
) -> SweptNet:
    """11x11x32 twice, 5x5x32, P2; then four times [5x5 or 3x3 with stride 2, again with stride 1, pool of window 2 and
    stride 1] to 64, 64, 128, 128 channels ... flatten 4x4x512 -> 128 -> K.

    227 px: 113, 57, 56, 28, 27, 14, 13, 7, 6, 5, 4. Its last pool is the identity and left out. 4,741,188 parameters with
    K = 4. input_module: image -> [N,3,side,side].
    """
    stack = ConvStack(COLOUR, side).convolve(32, 11).convolve(32, 11).convolve(32, 5).pool(2, 2)
    for channels, kernel in ((64, 5), (64, 5), (128, 3)):
        stack.convolve(channels, kernel, 2).convolve(channels, kernel).pool(2, 1)
    stack.convolve(128, 3, 2).convolve(128, 3).pool(2, 1)
    stack.convolve(256, 3).convolve(256, 3).pool(2, 1).convolve(256, 3).pool(2, 1).convolve(512, 3)
    head = flatten_mlp(stack.channels, stack.side**2, classes, tuple(widths) or WIDTHS, dropout)
    trunk = stack.trunk(input_module)
    net = SweptNet(trunk, head, classes)
    keras_init(trunk.features)
    keras_init(net.head)
    return net
