"""`compact`: a small residual trunk for grayscale radiographs, trained from scratch."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.models.grayscale_input import GrayscaleInput
from training.models.reverse_sweep import as_float

STRIDE = 16


class ResidualBlock(nn.Module):
    """conv3x3-BN-ReLU-conv3x3-BN + shortcut, then ReLU (He et al. 2016), with dropout of whole channels before the sum.

    Every ReLU is a module and not in place: hooks of gradient explainers must see the post-ReLU map (methods.md trap
    18).
    """

    def __init__(self, inputs: int, outputs: int, stride: int, dropout: float) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(outputs)
        self.first_relu = nn.ReLU(inplace=False)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(outputs)
        self.dropout = nn.Dropout2d(dropout)
        self.shortcut = nn.Identity() if (inputs, stride) == (outputs, 1) else _projection(inputs, outputs, stride)
        self.relu = nn.ReLU(inplace=False)

    def forward(self, x: Tensor) -> Tensor:
        y = self.second_norm(self.second(self.first_relu(self.first_norm(self.first(x)))))
        return self.relu(self.dropout(y) + self.shortcut(x))


def _projection(inputs: int, outputs: int, stride: int) -> nn.Module:
    pool: nn.Module = nn.AvgPool2d(stride) if stride > 1 else nn.Identity()
    return nn.Sequential(pool, nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))


class CompactTrunk(nn.Module):
    """[N,1,H,W] in [0,1] -> post-ReLU feature map [N,8*width,H/16,W/16].

    width 16: 0.60 M parameters, 0.20 GMAC at 224 x 224; width 24: 1.34 M, 0.45 GMAC. Stride 16, not 32: explanation maps
    keep 14 x 14 cells at 224.
    H and W must be multiples of 16.
    """

    def __init__(self, width: int = 16, dropout: float = 0.1) -> None:
        super().__init__()
        self.channels = 8 * width
        self.input = GrayscaleInput()
        self.stem = nn.Sequential(
            nn.Conv2d(2, width, 5, 2, 2, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=False),
            nn.MaxPool2d(2),
        )
        self.blocks = nn.Sequential(
            ResidualBlock(width, 2 * width, 1, 0.0),
            ResidualBlock(2 * width, 4 * width, 2, dropout),
            ResidualBlock(4 * width, 8 * width, 2, dropout),
            ResidualBlock(8 * width, 8 * width, 1, dropout),
        )

    def forward(self, images: Tensor) -> Tensor:
        # Standardisation stays in float32 under autocast: bfloat16 has 8 bits, fewer than the image.
        with torch.autocast(images.device.type, enabled=False):
            channels = self.input(as_float(images))
        features: Tensor = self.blocks(self.stem(channels))
        return features
