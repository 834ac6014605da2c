"""One trunk, two heads: GAP (+ MLP) for probabilities and Grad-CAM, WILDCAT for class maps (architecture.md §3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor, nn

from training.models.compact_trunk import CompactTrunk
from training.models.gap_mlp import gap_mlp
from training.models.wildcat import WildcatHead, WildcatSettings

TRUNKS = {"compact": CompactTrunk}


@dataclass(frozen=True)
class ModelSettings:
    """The [model] table of an experiment file."""

    trunk: str = "compact"
    width: int = 16
    trunk_dropout: float = 0.1
    mlp: tuple[int, ...] = (64,)
    mlp_dropout: float = 0.3
    wildcat: WildcatSettings = field(default_factory=WildcatSettings)


@dataclass(frozen=True)
class HeadOutputs:
    """Raw outputs of one forward pass: logits [N,K] of both heads, signed class maps [N,K,h,w], features [N,C,h,w]
    (post-ReLU)."""

    logits: Tensor
    wildcat_logits: Tensor
    class_maps: Tensor
    features: Tensor


class TwoHeadNet(nn.Module):
    """Trunk with a `gap` head (nn.Sequential the reverse sweep can walk) and a `wildcat` head, trained together."""

    def __init__(self, trunk: nn.Module, gap: nn.Sequential, wildcat: WildcatHead) -> None:
        super().__init__()
        self.trunk, self.gap, self.wildcat = trunk, gap, wildcat

    def forward(self, images: Tensor) -> HeadOutputs:
        """images: float32 [N,1,H,W] in [0,1]."""
        features = self.trunk(images)
        wildcat_logits, class_maps = self.wildcat(features)
        return HeadOutputs(self.gap(features), wildcat_logits, class_maps, features)


def build_net(settings: ModelSettings, classes: int) -> TwoHeadNet:
    """The network an experiment file describes. Raises ValueError for an unknown trunk."""
    if settings.trunk not in TRUNKS:
        raise ValueError(f"trunk {settings.trunk!r} is not one of {', '.join(TRUNKS)}")
    trunk = TRUNKS[settings.trunk](settings.width, settings.trunk_dropout)
    wildcat = WildcatHead(trunk.channels, classes, settings.wildcat)
    return TwoHeadNet(trunk, gap_mlp(trunk.channels, classes, settings.mlp, settings.mlp_dropout), wildcat)
