"""What any classifier exports: image -> probabilities, logits, gradcam, its own class maps if it has any, embedding."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.models.classifier import Classifier, ModelOutputs
from training.models.retinanet import RetinaNetBaseline
from training.models.reverse_sweep import ReverseSweep
from training.models.swept_net import SweptNet
from training.models.two_heads import TwoHeads
from training.models.wildcat_net import WildcatNet

EXPORTED_SIDE = 56  # cells per side of an exported SPN map at 224 pixels (methods.md §5.3)
LARGEST_SIDE = 64


class NotExportable(ValueError):
    """A classifier that no bundle is made from; says why."""


class Explained(nn.Module):
    """All outputs of a bundle from one forward pass of a classifier.

    probabilities = calibration(logits). gradcam: exact, of the raw logits, on the cells of the target layer, so
    calibration never changes a map. classmaps: WILDCAT's signed maps, or SPN's one map, average-pooled (to 56 x 56 at
    224) and repeated over the classes. embedding = GAP of the target layer. OUTPUTS names them in their order.
    """

    def __init__(self, net: Classifier, calibration: nn.Module) -> None:
        super().__init__()
        self.net, self.calibration = net, calibration
        self.sweep = ReverseSweep(net.head, net.read_channels, net.columns) if isinstance(net, SweptNet) else None
        with torch.no_grad():
            net.eval()
            height, width = input_shape(net)
            outputs = net(_blank(net, 1, height, width))
        self.grid = (int(outputs.features.shape[2]), int(outputs.features.shape[3]))
        self.class_agnostic = outputs.class_maps is not None and outputs.class_maps.shape[1] == 1 < net.classes
        self.class_maps_grid: tuple[int, int] | None = None
        if outputs.class_maps is not None:
            maps = self._exported_maps(outputs.class_maps)
            self.class_maps_grid = (int(maps.shape[2]), int(maps.shape[3]))
        own = ("classmaps",) if self.class_maps_grid else ()
        self.OUTPUTS: tuple[str, ...] = ("probabilities", "logits", "gradcam", *own, "embedding")

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """image: float32 [N,1,H,W] in [0,1]."""
        outputs, gradcam = self._explain(image)
        # The same operator as the pooling of a GAP head: the runtime then computes it once.
        embedding = functional.adaptive_avg_pool2d(outputs.features, 1).flatten(1)
        maps = () if outputs.class_maps is None else (self._exported_maps(outputs.class_maps),)
        return self.calibration(outputs.logits), outputs.logits, gradcam, *maps, embedding

    def _explain(self, image: Tensor) -> tuple[ModelOutputs, Tensor]:
        net = self.net
        if self.sweep is None or not isinstance(net, SweptNet):
            outputs: ModelOutputs = net(image)
            return outputs, net.gradcam(outputs)
        features, parts = net.feature_maps(image)
        logits, maps = self.sweep(net.head_input(features, parts), features)
        return net.finish(logits, features, parts), net.merge_maps(maps)

    def _exported_maps(self, class_maps: Tensor) -> Tensor:
        if isinstance(self.net, WildcatNet | TwoHeads):
            return class_maps
        pooled = functional.avg_pool2d(class_maps, pooling_window(int(class_maps.shape[2])))
        return pooled.expand(-1, self.net.classes, -1, -1)


def input_shape(net: Classifier) -> tuple[int, int]:
    """Height and width that the network was built for. Raises NotExportable when it does not know."""
    if net.input_size < 1:
        raise NotExportable(f"{type(net).__name__} was built for no input size; allowed: a network of build_model")
    return net.input_size, net.input_size


def _blank(net: Classifier, n: int, height: int, width: int) -> Tensor:
    like = next(net.parameters())
    return torch.zeros(n, net.input_channels, height, width, dtype=like.dtype, device=like.device)


def pooling_window(side: int) -> int:
    """Pixels per side averaged to one exported cell: to 56 cells where that divides the map, else the least window that
    divides it and leaves at most 64."""
    if side % EXPORTED_SIDE == 0:
        return side // EXPORTED_SIDE
    return next(window for window in range(1, side + 1) if side % window == 0 and side // window <= LARGEST_SIDE)


def explained(net: Classifier, calibration: nn.Module) -> Explained:
    """The graph of a trained classifier with its calibration (a module logits [N,K] -> probabilities [N,K]).

    Build it after training: it keeps sums of the head's weights. Raises NotExportable for a network of colour images or
    a detector, ValueError for a calibration that does not give K probabilities.
    """
    if isinstance(net, RetinaNetBaseline):
        raise NotExportable(
            "retinanet is a baseline for comparison: its boxes are no part of a bundle (methods.md §5.7)"
        )
    if net.input_channels != 1:
        raise NotExportable(
            f"{net.input_channels} input channels: a bundle takes one gray channel; networks of colour photographs (CUB)"
            " are not exported"
        )
    with torch.no_grad():
        given = calibration(torch.zeros(2, net.classes))
    if given.shape != (2, net.classes) or not torch.isfinite(given).all() or given.min() < 0 or given.max() > 1:
        raise ValueError(
            f"calibration gives {list(given.shape)} values from {float(given.min()):g} to {float(given.max()):g} for 2 x"
            f" {net.classes} logits of 0; allowed: 2 x {net.classes} probabilities"
        )
    return Explained(net, calibration)
