"""The backbones by name."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial

from torch import nn
from torchvision import models
from torchvision.models.resnet import ResNet

from training.models.backbones.relu_modules import SeparateReluBasicBlock, SeparateReluBottleneck
from training.models.backbones.trunk import Backbone
from training.models.backbones.weights import NO_WEIGHTS, load_trunk_weights

Features = Callable[[], nn.Module]


def _densenet(name: str) -> nn.Module:
    """torchvision applies a functional relu to these features; here it is their last module."""
    features = models.get_model(name, weights=None).features
    return nn.Sequential(OrderedDict([*features.named_children(), ("relu5", nn.ReLU(inplace=False))]))


def _resnet(block: type[SeparateReluBasicBlock] | type[SeparateReluBottleneck], layers: list[int]) -> nn.Module:
    return nn.Sequential(OrderedDict(list(ResNet(block, layers).named_children())[:-2]))  # without avgpool and fc


def _features(name: str) -> nn.Module:
    features: nn.Module = models.get_model(name, weights=None).features
    return features


def _mnasnet() -> nn.Module:
    return models.mnasnet1_0(weights=None).layers


# name (torchvision's own): how to build the features, and their number of channels
_TRUNKS: dict[str, tuple[Features, int]] = {
    "densenet121": (partial(_densenet, "densenet121"), 1024),
    "densenet169": (partial(_densenet, "densenet169"), 1664),
    "resnet18": (partial(_resnet, SeparateReluBasicBlock, [2, 2, 2, 2]), 512),
    "resnet34": (partial(_resnet, SeparateReluBasicBlock, [3, 4, 6, 3]), 512),
    "resnet50": (partial(_resnet, SeparateReluBottleneck, [3, 4, 6, 3]), 2048),
    "resnet101": (partial(_resnet, SeparateReluBottleneck, [3, 4, 23, 3]), 2048),
    "resnet152": (partial(_resnet, SeparateReluBottleneck, [3, 8, 36, 3]), 2048),
    "vgg16": (partial(_features, "vgg16"), 512),
    "vgg19": (partial(_features, "vgg19"), 512),
    "mobilenet_v2": (partial(_features, "mobilenet_v2"), 1280),
    "mnasnet1_0": (_mnasnet, 1280),
}
BACKBONES = tuple(_TRUNKS)


def build_backbone(name: str, weights: str = NO_WEIGHTS, input_module: nn.Module | None = None) -> Backbone:
    """A backbone with random weights ("none"), torchvision's ImageNet weights ("imagenet") or those of a file (a path).

    input_module: image -> three channels; default: the gray channel repeated and standardised as ImageNet. Raises
    ValueError for an unknown name, WeightsError for weights that cannot be had or do not fit.
    """
    if name not in _TRUNKS:
        raise ValueError(f"backbone {name!r} is not one of {', '.join(BACKBONES)}")
    features, channels = _TRUNKS[name]
    trunk = Backbone(features(), channels, input_module)
    trunk.name = name
    load_trunk_weights(trunk, name, weights)
    return trunk
