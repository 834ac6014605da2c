"""Random networks with sane activations, and images that differ: for figures and tests that need no trained weights."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.models.model_registry import ModelTable, build_model
from training.models.swept_net import SweptNet

CLASSES = 14


def random_images(n: int, size: int, seed: int = 0) -> Tensor:
    """float32 [n,1,size,size] in [0,1]: blobs of four sizes and noise, so that maps differ from cell to cell."""
    generator = torch.Generator().manual_seed(seed)
    images = []
    for row in range(n):
        cells = (3, 6, 12, 24)[row % 4]
        blobs = torch.rand(1, 1, cells, cells, generator=generator)
        smooth = nn.functional.interpolate(blobs, (size, size), mode="bicubic", align_corners=False)
        images.append((smooth + 0.2 * torch.rand(1, 1, size, size, generator=generator)).clamp(0, 1))
    return torch.cat(images)


class PlainLogits(nn.Module):
    """The network as libraries of saliency maps want it: images -> logits [n,K], with its trunk as the target layer."""

    def __init__(self, net: SweptNet) -> None:
        super().__init__()
        self.net, self.trunk = net, net.trunk

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.net(images).logits
        return logits


def random_classifier(table: ModelTable, size: int, seed: int = 0) -> SweptNet:
    """A network in eval mode with K = 14 and logits of order one on `random_images`.

    Convolutions are drawn by He's rule over their real fan-in (torchvision's over fan-out makes depthwise ones fade)
    and batch norms stay neutral: fitted to a few random images they subtract means many times larger than what is
    left, and float32 itself is then no better than 2e-4 (measured on MobileNetV2 against float64).
    """
    torch.manual_seed(seed)
    net = build_model(table, CLASSES, size=size).eval()
    if not isinstance(net, SweptNet):
        raise ValueError(f"model {table.name!r} with head {table.head!r} has no head to walk backwards")
    for module in net.trunk.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_in", nonlinearity="relu")
    with torch.no_grad():
        last = net.head[-1]
        logits = net(random_images(4, size, seed + 1)).logits
        last.weight.div_(logits.std())
        last.bias.sub_(logits.mean(dim=0)).div_(logits.std())
    return net.requires_grad_(False)
