"""Parameter counts of methods.md §5.1 and §14.1, and the map every backbone gives."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from training.models.backbones import BACKBONES, Backbone, build_backbone

# name: torch parameters without classifier, channels
TRUNKS = {
    "resnet18": (11_176_512, 512),
    "resnet34": (21_284_672, 512),
    "resnet50": (23_508_032, 2048),
    "resnet101": (42_500_160, 2048),
    "resnet152": (58_143_808, 2048),
    "densenet121": (6_953_856, 1024),
    "densenet169": (12_484_480, 1664),
    "vgg16": (14_714_688, 512),
    "vgg19": (20_024_384, 512),
    "mobilenet_v2": (2_223_872, 1280),
    "mnasnet1_0": (3_102_312, 1280),
}

# name: Keras total, running mean and variance, convolution biases that only Keras has. Keras total = torch parameters
# + the other two (trap 1): 7,037,504 = 6,953,856 + 83,648.
KERAS = {
    "vgg16": (14_714_688, 0, 0),
    "densenet121": (7_037_504, 83_648, 0),
    "resnet50": (23_587_712, 53_120, 26_560),
    "resnet152": (58_370_944, 151_424, 75_712),
}


def empty(name: str) -> Backbone:
    """Shapes only: no memory, no drawing of 58 million weights."""
    with torch.device("meta"):
        return build_backbone(name)


def parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def test_the_table_names_every_backbone() -> None:
    assert set(BACKBONES) == set(TRUNKS)


@pytest.mark.parametrize("name", TRUNKS)
def test_the_parameters_are_those_of_the_papers(name: str) -> None:
    trunk = empty(name)
    assert (parameters(trunk), trunk.channels) == TRUNKS[name]


@pytest.mark.parametrize("name", KERAS)
def test_the_keras_total_is_parameters_and_running_statistics(name: str) -> None:
    total, statistics, biases = KERAS[name]
    trunk = empty(name)
    assert sum(own.numel() for key, own in trunk.named_buffers() if ".running_" in key) == statistics
    convolutions = [own for own in trunk.modules() if isinstance(own, nn.Conv2d)]
    assert biases in (0, sum(own.out_channels for own in convolutions if own.bias is None))
    assert parameters(trunk) + statistics + biases == total


@pytest.mark.parametrize("name", TRUNKS)
def test_the_map_is_seven_by_seven_at_224(name: str) -> None:
    images = torch.empty(2, 1, 224, 224, device="meta")
    assert empty(name).eval()(images).shape == (2, TRUNKS[name][1], 7, 7)


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"backbone 'densenet' is not one of densenet121, .*mnasnet1_0"):
        build_backbone("densenet")
