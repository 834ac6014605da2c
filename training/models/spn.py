"""Saliency proposal network beside a classification head (paper 002, methods.md §5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional

from training.models.backbones.relu_modules import ClampAtSix
from training.models.classifier import ModelOutputs
from training.models.gap_mlp import gap_mlp
from training.models.swept_net import SweptNet

VARIANTS = ("code", "report")
BLOCKS = (3, 4)
REFERENCE_SIDE = 224  # pixels of the input that the block sizes are given for
REPORT_WIDTH = 1024  # of the C-Net in the report: FC 1024 -> FC K; a ReLU between is ours, the report names none

# Side of the map after each block and divisors of its channels; the last block gives one channel.
_CODE_BLOCKS = {4: ((16, 48, 144, 224), (4, 16)), 3: ((16, 64, 224), (8,))}
_LAST_WIDTHS = {4: (16, 1), 3: (64, 1)}
_REPORT_FACTORS = (
    2,
    2,
    2,
    4,
)  # the report says 32x in four blocks; this is the only way with powers of two that ends in 4


@dataclass(frozen=True)
class SpnSettings:
    """The [model.spn] table. variant: `code` (what made the numbers) or `report`. blocks: 4, or 3 in the code."""

    variant: str = "code"
    blocks: int = 4


class SpnHead(nn.Module):
    """features [N,C,h,w] -> saliency map in [0,1] [N,1,side,side].

    code: blocks of conv3x3, ReLU6, bilinear upsampling with aligned corners, BN, to the sizes 16, 48, 144, 224
    (channels C/4, C/16, 16, 1) or 16, 64, 224 (C/8, 64, 1) of a 224 px input; sigmoid. report: blocks of upsampling by 2,
    2, 2, 4, conv3x3, BN, ReLU, same channels; the last block has no ReLU, or the sigmoid could not fall below one half.
    Convolutions are Kaiming-normal. Sizes follow the input in proportion. Raises ValueError for an unknown variant.
    """

    def __init__(self, channels: int, side: int, settings: SpnSettings) -> None:
        super().__init__()
        if settings.variant not in VARIANTS:
            raise ValueError(f"spn variant {settings.variant!r} is not one of {', '.join(VARIANTS)}")
        if settings.blocks not in BLOCKS or (settings.variant == "report" and settings.blocks != 4):
            raise ValueError(f"spn blocks {settings.blocks}: allowed are 4, or 3 in variant 'code'")
        self.side = side
        sizes, divisors = _CODE_BLOCKS[settings.blocks]
        widths = (channels, *(channels // own for own in divisors), *_LAST_WIDTHS[settings.blocks])
        if settings.variant == "report":
            blocks = _report_blocks(widths)
        else:
            sides = [max(round(own * side / REFERENCE_SIDE), 1) for own in sizes]
            blocks = [_code_block(*pair, own) for pair, own in zip(pairwise(widths), sides, strict=True)]
        self.blocks = nn.Sequential(*blocks)
        kaiming(self)

    def forward(self, features: Tensor) -> Tensor:
        values: Tensor = self.blocks(features)
        if values.shape[2] != self.side:  # 32x of a map that is no 32nd of the input
            values = functional.interpolate(values, (self.side, self.side), mode="bilinear", align_corners=False)
        return values.sigmoid()


def _code_block(inputs: int, outputs: int, side: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1),
        nn.ReLU(inplace=False),
        ClampAtSix(),
        nn.Upsample(size=(side, side), mode="bilinear", align_corners=True),
        nn.BatchNorm2d(outputs),
    )


def _report_blocks(widths: tuple[int, ...]) -> list[nn.Module]:
    blocks: list[nn.Module] = []
    for (inputs, outputs), factor in zip(pairwise(widths), _REPORT_FACTORS, strict=True):
        upsample = nn.Upsample(scale_factor=factor, mode="bilinear", align_corners=False)
        layers = [upsample, nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(inplace=False)]
        blocks.append(nn.Sequential(*(layers if outputs > 1 else layers[:-1])))
    return blocks


def kaiming(module: nn.Module) -> None:
    """Kaiming-normal weights and zero biases, as the reference code draws its heads."""
    for own in module.modules():
        if isinstance(own, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(own.weight)
            if own.bias is not None:
                nn.init.zeros_(own.bias)


class SpnNet(SweptNet):
    """Trunk with C-Net (logits) and SPN (map). class_maps: in [0,1] [N,1,H,W] at input size, class agnostic.

    C-Net: GAP -> Linear(K) in the code, GAP -> 1024 -> K in the report. L_total is a loss: training/losses.
    """

    def __init__(self, trunk: nn.Module, channels: int, classes: int, side: int, settings: SpnSettings) -> None:
        head = gap_mlp(channels, classes, (REPORT_WIDTH,) if settings.variant == "report" else ())
        super().__init__(trunk, head, classes)
        kaiming(head)
        self.spn = SpnHead(channels, side, settings)

    def finish(self, logits: Tensor, features: Tensor, parts: tuple[Tensor, ...]) -> ModelOutputs:
        return ModelOutputs(logits, features, self.spn(features))
