"""Fused and Base of 003 §3.4 (methods.md §5.4): an AlexNet-like trunk whose early maps reach the head too."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from training.models.conv_stack import ConvStack, max_pool
from training.models.gap_mlp import gap_mlp
from training.models.keras_constants import LAYER_NORM_EPS, keras_init
from training.models.standardised_input import COLOUR
from training.models.swept_net import SweptNet

WIDTHS = (2048, 2048)
LEAST_SIDE = 27  # pixels after the resizer: below, the second pool has no map left


class ChannelLayerNorm(nn.Module):
    """Layer normalisation over the channels of each pixel, as Keras' on channels-last: [N,C,h,w] -> the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(channels, LAYER_NORM_EPS)

    def forward(self, values: Tensor) -> Tensor:
        normalised: Tensor = self.norm(values.permute(0, 2, 3, 1))
        return normalised.permute(0, 3, 1, 2)


class FusedTrunk(nn.Module):
    """[N,C,H,W] -> conv5 after ReLU [N,256,13,13] and the branches b1 [N,96,27,27], b2 [N,256,13,13], taken before LN."""

    channels = 256

    def __init__(self, input_module: nn.Module, side: int) -> None:
        super().__init__()
        if side < LEAST_SIDE:
            raise ValueError(f"size {side} after the resizer of model 'fused'; the least is {LEAST_SIDE}")
        first = ConvStack(COLOUR, side).convolve_valid(96, 11, 4).pool(3, 2)
        second = ConvStack(first.channels, first.side).convolve(256, 5).pool(3, 2)
        third = ConvStack(second.channels, second.side).convolve(384, 3).convolve(384, 3).convolve(256, 3)
        self.sides = (first.side, second.side, third.side)
        self.input = input_module
        self.first, self.second, self.features = (nn.Sequential(*own.layers) for own in (first, second, third))
        self.first_norm, self.second_norm = ChannelLayerNorm(first.channels), ChannelLayerNorm(second.channels)
        for part in (self.first, self.second, self.features):
            keras_init(part)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        first = self.first(self.input(images))
        second = self.second(self.first_norm(first))
        return self.features(self.second_norm(second)), first, second


class FusedNet(SweptNet):
    """Max pooling of b1, b2 and conv5 to 6x6, concatenated (96 + 256 + 256 = 608), GAP, MLP. fused = False: conv5 alone.

    Keras totals with the resizer r = 1 and K = 4: Fused 9,211,847, 4096 wide 23,052,231, Base 8,490,951. The explained
    map is conv5 (13 x 13); b1 and b2 lie before it, so its Grad-CAM weights are the columns of the MLP's Jacobian
    that belong to conv5.
    """

    target_layer = "conv5"

    def __init__(self, trunk: FusedTrunk, classes: int, widths: Sequence[int], dropout: float, fused: bool) -> None:
        read = 96 + 256 + 256 if fused else 256  # b1, b2, conv5
        super().__init__(trunk, gap_mlp(read, classes, tuple(widths) or WIDTHS, dropout), classes)
        keras_init(self.head)
        self.fused, self.read = fused, read
        self.columns = slice(read - 256, read)
        first, second, last = trunk.sides
        self.first_pool, _ = max_pool(7, 4, first)  # the windows of these three pools are not given; 27, 13, 13 -> 6
        self.second_pool, _ = max_pool(3, 2, second)
        self.last_pool, _ = max_pool(3, 2, last)

    @property
    def read_channels(self) -> int:
        return self.read

    def feature_maps(self, images: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        features, *parts = self.trunk(images)
        return features, tuple(parts) if self.fused else ()

    def head_input(self, features: Tensor, parts: tuple[Tensor, ...]) -> Tensor:
        last: Tensor = self.last_pool(features)
        if not self.fused:
            return last
        first, second = parts
        return torch.cat([self.first_pool(first), self.second_pool(second), last], dim=1)


def build_fused(
    input_module: nn.Module,
    side: int,
    classes: int,
    widths: Sequence[int] = (),
    dropout: float = 0.0,
    fused: bool = True,
) -> FusedNet:
    """input_module: image -> [N,3,side,side]; 227 px: conv 11x11x96 s4 valid 55, pool k3 s2 27 (b1), LN, 5x5x256, pool 13
    (b2), LN, 3x3x384 twice, 3x3x256. Raises ValueError for a side below LEAST_SIDE."""
    return FusedNet(FusedTrunk(input_module, side), classes, widths, dropout, fused)
