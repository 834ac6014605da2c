"""One backbone, one head: the classifier that the papers explain with Grad-CAM."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from training.models.backbones import Backbone, build_backbone
from training.models.backbones.weights import NO_WEIGHTS
from training.models.gap_mlp import gap_mlp
from training.models.vgg_fc import vgg_fc

HEADS = ("gap-linear", "gap-mlp", "vgg-fc")


@dataclass(frozen=True)
class OneHeadSettings:
    """trunk: a backbone's name. widths and dropout: of the hidden layers; gap-linear has none."""

    trunk: str = "densenet121"
    head: str = "gap-linear"
    widths: tuple[int, ...] = ()
    dropout: float = 0.5
    weights: str = NO_WEIGHTS


class OneHeadNet(nn.Module):
    """Trunk and a head that the reverse sweep can walk. Raw logits [N,K] of images float32 [N,1,H,W] in [0,1]."""

    def __init__(self, trunk: Backbone, head: nn.Sequential) -> None:
        super().__init__()
        self.trunk, self.head = trunk, head

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.head(self.trunk(images))
        return logits


def build_one_head_net(settings: OneHeadSettings, classes: int) -> OneHeadNet:
    """The network that the settings describe.

    Raises ValueError for an unknown trunk or head, or widths that do not suit the head; WeightsError.
    """
    if settings.head not in HEADS:
        raise ValueError(f"head {settings.head!r} is not one of {', '.join(HEADS)}")
    if (settings.head == "gap-linear") != (not settings.widths):
        allowed = "none" if settings.head == "gap-linear" else "at least one"
        raise ValueError(f"widths {list(settings.widths)} of head {settings.head!r}; allowed: {allowed}")
    trunk = build_backbone(settings.trunk, settings.weights)
    build = vgg_fc if settings.head == "vgg-fc" else gap_mlp
    return OneHeadNet(trunk, build(trunk.channels, classes, settings.widths, settings.dropout))
