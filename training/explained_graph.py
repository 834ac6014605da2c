"""What the two-headed network exports, and the definition of Grad-CAM by autograd that every graph is compared with."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.models.one_head_net import OneHeadNet
from training.models.reverse_sweep import ReverseSweep, UnknownHeadModule
from training.models.two_head_net import TwoHeadNet

__all__ = ["ExplainedGraph", "ReverseSweep", "UnknownHeadModule", "autograd_gradcam"]


class ExplainedGraph(nn.Module):
    """What a bundle exports: image -> probabilities, logits, gradcam, classmaps, embedding, from one forward pass.

    probabilities = sigmoid(scale * z + bias): the calibration, as initialisers. Grad-CAM is of the raw logit z, so
    calibration never changes a map. embedding = GAP of the target layer.
    """

    OUTPUTS = ("probabilities", "logits", "gradcam", "classmaps", "embedding")

    def __init__(self, net: TwoHeadNet, scale: Tensor, bias: Tensor) -> None:
        super().__init__()
        self.trunk, self.wildcat = net.trunk, net.wildcat
        self.sweep = ReverseSweep(net.gap, int(net.wildcat.convolution.in_channels))
        self.register_buffer("calibration_scale", scale.to(torch.float32))
        self.register_buffer("calibration_bias", bias.to(torch.float32))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """image: float32 [N,1,H,W] in [0,1]."""
        features = self.trunk(image)
        logits, gradcam = self.sweep(features)
        _, classmaps = self.wildcat(features)
        scaled = logits * self.get_buffer("calibration_scale") + self.get_buffer("calibration_bias")
        return torch.sigmoid(scaled), logits, gradcam, classmaps, features.mean(dim=(2, 3))


def autograd_gradcam(net: TwoHeadNet | OneHeadNet, images: Tensor) -> Tensor:
    """The definition itself, one backward pass per finding: the reference the exporter and the tests compare with.
    [N,K,h,w]."""
    with torch.no_grad():
        features = net.trunk(images)
    features.requires_grad_(True)
    logits = (net.gap if isinstance(net, TwoHeadNet) else net.head)(features)
    maps = []
    for k in range(logits.shape[1]):
        (gradient,) = torch.autograd.grad(logits[:, k].sum(), features, retain_graph=True)
        maps.append(torch.relu((gradient.mean(dim=(2, 3), keepdim=True) * features).sum(dim=1)))
    return torch.stack(maps, dim=1).detach()
