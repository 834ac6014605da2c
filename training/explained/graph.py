"""What any classifier exports: image -> probabilities, logits, every kind of map that it has, embedding."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.map_layers import MapKind
from training.explained.map_makers import MAP_MAKERS
from training.models.classifier import Classifier, ModelOutputs
from training.models.retinanet import RetinaNetBaseline
from training.models.reverse_sweep import ReverseSweep
from training.models.swept_net import SweptNet

GRADCAM: MapKind = "gradcam"


class NotExportable(ValueError):
    """A classifier that no bundle is made from; says why."""


class Explained(nn.Module):
    """All outputs of a bundle from one forward pass of a classifier.

    probabilities = calibration(logits). Maps: of every kind that map_makers.py finds in the network, one map of all
    classes repeated over them. gradcam: exact, of the raw logits, so calibration never changes a map. embedding = GAP of
    the target layer. OUTPUTS names them in their order. grids: cells of each kind of map, height and width.
    class_agnostic: the kinds that are one map for all classes.
    """

    def __init__(self, net: Classifier, calibration: nn.Module) -> None:
        super().__init__()
        self.net, self.calibration = net, calibration
        self.sweep = ReverseSweep(net.head, net.read_channels, net.columns) if isinstance(net, SweptNet) else None
        with torch.no_grad():
            net.eval()
            height, width = input_shape(net)
            outputs = net(_blank(net, 1, height, width))
            cells = {kind: maker.cells(net, outputs) for kind, maker in MAP_MAKERS.items()}
        found = {kind: own.shape for kind, own in cells.items() if own is not None}
        self.grids = {kind: (int(shape[2]), int(shape[3])) for kind, shape in found.items()}
        self.class_agnostic = frozenset(kind for kind, shape in found.items() if shape[1] == 1 < net.classes)
        self.OUTPUTS: tuple[str, ...] = ("probabilities", "logits", *self.grids, "embedding")

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """image: float32 [N,1,H,W] in [0,1]."""
        outputs, gradcam = self._explain(image)
        # The same operator as the pooling of a GAP head: the runtime then computes it once.
        embedding = functional.adaptive_avg_pool2d(outputs.features, 1).flatten(1)
        maps = (gradcam if kind == GRADCAM else self._maps(kind, outputs) for kind in self.grids)
        return self.calibration(outputs.logits), outputs.logits, *maps, embedding

    def _explain(self, image: Tensor) -> tuple[ModelOutputs, Tensor]:
        net = self.net
        if self.sweep is None or not isinstance(net, SweptNet):
            outputs: ModelOutputs = net(image)
            return outputs, net.gradcam(outputs)
        features, parts = net.feature_maps(image)
        logits, maps = self.sweep(net.head_input(features, parts), features)
        return net.finish(logits, features, parts), net.merge_maps(maps)

    def _maps(self, kind: MapKind, outputs: ModelOutputs) -> Tensor:
        maps = MAP_MAKERS[kind].cells(self.net, outputs)
        if maps is None:
            raise RuntimeError(f"{type(self.net).__name__} had {kind} maps and has none now")
        return maps.expand(-1, self.net.classes, -1, -1) if kind in self.class_agnostic else maps


def input_shape(net: Classifier) -> tuple[int, int]:
    """Height and width that the network was built for. Raises NotExportable when it does not know."""
    if net.input_size < 1:
        raise NotExportable(f"{type(net).__name__} was built for no input size; allowed: a network of build_model")
    return net.input_size, net.input_size


def _blank(net: Classifier, n: int, height: int, width: int) -> Tensor:
    like = next(net.parameters())
    return torch.zeros(n, net.input_channels, height, width, dtype=like.dtype, device=like.device)


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
