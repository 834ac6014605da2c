"""Learnable resizer in front of a network (003 §2.6, after Talebi and Milanfar 2021; methods.md §5.4)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from training.models.keras_constants import BATCH_NORM_EPS, BATCH_NORM_MOMENTUM, keras_init

SLOPE = 0.2
WIDTH = 16
COLOUR = 3
RATIO = (227, 250)  # output over input pixels of the paper


def resized_side(size: int) -> int:
    """Pixels per side after the resizer, in the paper's proportion: 250 -> 227, 64 -> 58."""
    return size * RATIO[0] // RATIO[1]


class LearnableResizer(nn.Module):
    """[N,3,H,W] -> [N,3,side,side].

    conv7x7 3->16, LReLU .2; conv1x1 16->16, LReLU, BN; bilinear resize; r x [conv3x3, BN, LReLU, conv3x3, BN, add];
    conv3x3, BN; add the resized bottleneck; conv7x7 16->3; add the bilinearly resized input. 3x3 convolutions have no
    bias. Keras total 12,163 for r = 1, 16,899 for r = 2. Raises ValueError for r < 1.
    """

    def __init__(self, blocks: int, side: int) -> None:
        super().__init__()
        if blocks < 1:
            raise ValueError(f"resizer {blocks}: allowed are 1 or more residual blocks")
        self.side = side
        self.bottleneck = nn.Sequential(
            nn.Conv2d(COLOUR, WIDTH, 7, padding=3),
            nn.LeakyReLU(SLOPE),
            nn.Conv2d(WIDTH, WIDTH, 1),
            nn.LeakyReLU(SLOPE),
            _norm(),
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(_convolution(), _norm(), nn.LeakyReLU(SLOPE), _convolution(), _norm()) for _ in range(blocks)
        )
        self.last = nn.Sequential(_convolution(), _norm())
        self.to_colour = nn.Conv2d(WIDTH, COLOUR, 7, padding=3)
        keras_init(self)

    def forward(self, images: Tensor) -> Tensor:
        resized = self._resize(self.bottleneck(images))
        value = resized
        for block in self.blocks:
            value = value + block(value)
        colour: Tensor = self.to_colour(self.last(value) + resized)
        return colour + self._resize(images)

    def _resize(self, values: Tensor) -> Tensor:
        return functional.interpolate(values, (self.side, self.side), mode="bilinear", align_corners=False)


def _convolution() -> nn.Conv2d:
    return nn.Conv2d(WIDTH, WIDTH, 3, padding=1, bias=False)


def _norm() -> nn.BatchNorm2d:
    return nn.BatchNorm2d(WIDTH, BATCH_NORM_EPS, BATCH_NORM_MOMENTUM)
