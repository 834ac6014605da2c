"""Heads on backbones: parameter counts of methods.md §5.5 and what is refused."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from training.models.one_head_net import OneHeadNet, OneHeadSettings, build_one_head_net


def empty(settings: OneHeadSettings, classes: int) -> OneHeadNet:
    with torch.device("meta"):
        return build_one_head_net(settings, classes)


def parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(
    ("settings", "classes", "expected"),
    [
        (OneHeadSettings("densenet121", "gap-linear"), 14, 14_350),  # 1024 * 14 + 14
        (OneHeadSettings("densenet121", "gap-mlp", (64, 64)), 4, 70_020),  # CheXNet's head in 003
        (OneHeadSettings("vgg16", "gap-mlp", (256,)), 4, 131_328 + 1_028),
        (OneHeadSettings("vgg16", "vgg-fc", (256,)), 4, 6_422_784 + 1_028),  # flatten-256 of 003
        (OneHeadSettings("densenet121", "vgg-fc", (64,)), 4, 3_211_328 + 260),  # flatten-64 of 003
        (OneHeadSettings("vgg19", "vgg-fc", (4096, 4096)), 1000, 143_667_240 - 20_024_384),  # torchvision's VGG19
    ],
    ids=["linear", "chexnet", "vgg16-gap", "vgg16-flatten", "chexnet-flatten", "vgg19"],
)
def test_the_head_has_the_parameters_of_the_papers(settings: OneHeadSettings, classes: int, expected: int) -> None:
    assert parameters(empty(settings, classes).head) == expected


@pytest.mark.parametrize("trunk", ["densenet121", "mobilenet_v2", "vgg19"])
@pytest.mark.parametrize(("head", "widths"), [("gap-linear", ()), ("gap-mlp", (8,)), ("vgg-fc", (8, 8))])
def test_every_head_fits_every_trunk(trunk: str, head: str, widths: tuple[int, ...]) -> None:
    net = empty(OneHeadSettings(trunk, head, widths), 3).eval()
    assert net(torch.empty(2, 1, 224, 224, device="meta")).shape == (2, 3)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (OneHeadSettings("densenet121", "mlp"), "head 'mlp' is not one of gap-linear, gap-mlp, vgg-fc"),
        (OneHeadSettings("densenet121", "gap-linear", (4,)), r"widths \[4\] of head 'gap-linear'; allowed: none"),
        (OneHeadSettings("densenet121", "gap-mlp"), r"widths \[\] of head 'gap-mlp'; allowed: at least one"),
        (OneHeadSettings("alexnet"), "backbone 'alexnet' is not one of densenet121"),
    ],
)
def test_settings_that_make_no_network_are_refused(settings: OneHeadSettings, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build_one_head_net(settings, 3)
