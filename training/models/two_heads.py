"""One trunk, two heads trained together: GAP (+ MLP) for probabilities and Grad-CAM, WILDCAT for class maps."""

from __future__ import annotations

from torch import Tensor, nn

from training.models.classifier import ModelOutputs
from training.models.swept_net import SweptNet
from training.models.wildcat import WildcatHead


class TwoHeads(SweptNet):
    """head: nn.Sequential that the reverse sweep can walk; its logits are the network's. wildcat: a second head on the same
    features; outputs carry its signed maps [N,K,h,w] as class_maps and its scores [N,K] as map_logits."""

    def __init__(self, trunk: nn.Module, head: nn.Sequential, wildcat: WildcatHead) -> None:
        super().__init__(trunk, head, wildcat.classes)
        self.wildcat = wildcat

    def finish(self, logits: Tensor, features: Tensor, parts: tuple[Tensor, ...]) -> ModelOutputs:
        map_logits, class_maps = self.wildcat(features)
        return ModelOutputs(logits, features, class_maps, parts, map_logits=map_logits)
