"""Heads on backbones: parameter counts of methods.md §5.5."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from training.models.model_registry import ModelTable, build_model
from training.models.swept_net import SweptNet


def empty(table: ModelTable, classes: int) -> SweptNet:
    with torch.device("meta"):
        net = build_model(table, classes)
    assert isinstance(net, SweptNet)
    return net


def parameters(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.mark.parametrize(
    ("table", "classes", "expected"),
    [
        (ModelTable("densenet121", "gap-linear"), 14, 14_350),  # 1024 * 14 + 14
        (ModelTable("densenet121", "gap-mlp", (64, 64)), 4, 70_020),  # CheXNet's head in 003
        (ModelTable("vgg16", "gap-mlp", (256,)), 4, 131_328 + 1_028),
        (ModelTable("vgg16", "vgg-fc", (256,)), 4, 6_422_784 + 1_028),  # flatten-256 of 003
        (ModelTable("densenet121", "vgg-fc", (64,)), 4, 3_211_328 + 260),  # flatten-64 of 003
        (ModelTable("vgg19", "vgg-fc", (4096, 4096)), 1000, 143_667_240 - 20_024_384),  # torchvision's VGG19
    ],
    ids=["linear", "chexnet", "vgg16-gap", "vgg16-flatten", "chexnet-flatten", "vgg19"],
)
def test_the_head_has_the_parameters_of_the_papers(table: ModelTable, classes: int, expected: int) -> None:
    assert parameters(empty(table, classes).head) == expected


@pytest.mark.parametrize("trunk", ["densenet121", "mobilenet_v2", "vgg19"])
@pytest.mark.parametrize(("head", "widths"), [("gap-linear", ()), ("gap-mlp", (8,)), ("vgg-fc", (8, 8))])
def test_every_head_fits_every_trunk(trunk: str, head: str, widths: tuple[int, ...]) -> None:
    net = empty(ModelTable(trunk, head, widths), 3).eval()
    assert net(torch.empty(2, 1, 224, 224, device="meta")).logits.shape == (2, 3)
