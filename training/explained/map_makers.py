"""What computes each kind of map in the exported graph; what the kinds are called is in inference/map_layers.json."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional

from inference.map_layers import MapKind
from training.models.classifier import Classifier, ModelOutputs
from training.models.two_heads import TwoHeads
from training.models.wildcat_net import WildcatNet

EXPORTED_SIDE = 56  # cells per side of an exported SPN map at 224 pixels (methods.md §5.3)
LARGEST_SIDE = 64


@dataclass(frozen=True)
class MapMaker:
    """One kind of map of a trained network.

    cells: of one forward pass, without autograd, [N,K,h,w], or [N,1,h,w] for one map of all classes; None where the network
    has no such map. source: the part of the network, as the manifest's `layer` says it. methods: the names under which its
    pointing is measured; the first stands for exactly these cells, any other is an explainer
    (training/saliency/registry.py) and taken for the head of that name. has_own_head: whether a head of its own draws it,
    of that method's name; else the head behind the probabilities.
    """

    cells: Callable[[Classifier, ModelOutputs], Tensor | None]
    source: str
    methods: tuple[str, ...]
    has_own_head: bool = False

    def method(self, head: str) -> str:
        """The explainer that stands for these maps. head: of the probabilities."""
        return head if head in self.methods else self.methods[0]

    def head(self, head: str) -> str:
        """The head that these maps explain. head: of the probabilities."""
        return self.method(head) if self.has_own_head else head


def pooling_window(side: int) -> int:
    """Pixels per side averaged to one exported cell: to 56 cells where that divides the map, else the least window that
    divides it and leaves at most 64."""
    if side % EXPORTED_SIDE == 0:
        return side // EXPORTED_SIDE
    return next(window for window in range(1, side + 1) if side % window == 0 and side // window <= LARGEST_SIDE)


def _gradcam(net: Classifier, outputs: ModelOutputs) -> Tensor:
    return net.gradcam(outputs)


def _class_maps(net: Classifier, outputs: ModelOutputs) -> Tensor | None:
    """WILDCAT's signed maps, or SPN's one map, average-pooled (to 56 x 56 at 224)."""
    maps = outputs.class_maps
    if maps is None or isinstance(net, WildcatNet | TwoHeads):
        return maps
    return functional.avg_pool2d(maps, pooling_window(int(maps.shape[2])))


MAP_MAKERS: dict[MapKind, MapMaker] = {
    "gradcam": MapMaker(_gradcam, "last feature map after ReLU", ("gradcam",)),
    "classmaps": MapMaker(_class_maps, "class maps", ("wildcat", "spn"), has_own_head=True),
}
# The explainers whose maps are the cells of one forward pass.
MAKER_OF_METHOD = {maker.methods[0]: maker for maker in MAP_MAKERS.values()}
