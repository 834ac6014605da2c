"""Every ReLU a module of its own that leaves its input alone (methods.md traps 12, 17, 18).

Hooks of gradient explainers are tied to `nn.ReLU` modules. They go wrong in four ways, all of which torchvision's
networks have: a functional relu has no module, an in-place one shows post-ReLU activations where the pre-ReLU ones are
asked for, one module used several times in a forward pass cannot be told apart, and ReLU6 is not an `nn.ReLU`.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock, Bottleneck


class ClampAtSix(nn.Module):
    """min(x, 6): with a ReLU before it, ReLU6, whose rectifying half is then a module that hooks can find."""

    def forward(self, x: Tensor) -> Tensor:
        return torch.clamp(x, max=6.0)


class SeparateReluBasicBlock(BasicBlock):
    """torchvision's BasicBlock with a module for each of its two ReLUs; same parameters and state dict."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.relu
        self.relu1, self.relu2 = nn.ReLU(inplace=False), nn.ReLU(inplace=False)

    def forward(self, x: Tensor) -> Tensor:
        identity = x if self.downsample is None else self.downsample(x)
        y = self.relu1(self.bn1(self.conv1(x)))
        rectified: Tensor = self.relu2(self.bn2(self.conv2(y)) + identity)
        return rectified


class SeparateReluBottleneck(Bottleneck):
    """torchvision's Bottleneck (stride on the 3x3) with a module for each of its three ReLUs; same state dict."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.relu
        self.relu1, self.relu2, self.relu3 = (nn.ReLU(inplace=False) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        identity = x if self.downsample is None else self.downsample(x)
        y = self.relu1(self.bn1(self.conv1(x)))
        y = self.relu2(self.bn2(self.conv2(y)))
        rectified: Tensor = self.relu3(self.bn3(self.conv3(y)) + identity)
        return rectified


def separate_relus(module: nn.Module) -> nn.Module:
    """`module` with every nn.ReLU not in place and every nn.ReLU6 replaced by nn.ReLU and ClampAtSix. Changes it."""
    for name, child in module.named_children():
        if isinstance(child, nn.ReLU6):
            setattr(module, name, nn.Sequential(nn.ReLU(inplace=False), ClampAtSix()))
        elif isinstance(child, nn.ReLU):
            child.inplace = False
        else:
            separate_relus(child)
    return module
