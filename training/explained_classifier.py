"""What a classifier without class maps exports: image -> probabilities, logits, gradcam, embedding."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.explained_graph import ReverseSweep
from training.models.one_head_net import OneHeadNet


class ExplainedClassifier(nn.Module):
    """The outputs of ExplainedGraph for a network with one head, from one forward pass.

    probabilities = sigmoid(scale * z + bias). Grad-CAM is of the raw logit z. embedding = GAP of the target layer.
    """

    OUTPUTS = ("probabilities", "logits", "gradcam", "embedding")

    def __init__(self, net: OneHeadNet, scale: Tensor, bias: Tensor) -> None:
        super().__init__()
        self.trunk = net.trunk
        self.sweep = ReverseSweep(net.head, net.trunk.channels)
        self.register_buffer("calibration_scale", scale.to(torch.float32))
        self.register_buffer("calibration_bias", bias.to(torch.float32))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """image: float32 [N,1,H,W] in [0,1]."""
        features = self.trunk(image)
        logits, gradcam = self.sweep(features)
        scaled = logits * self.get_buffer("calibration_scale") + self.get_buffer("calibration_bias")
        # The same operator as the pooling of a GAP head: the runtime then computes it once.
        embedding = nn.functional.adaptive_avg_pool2d(features, 1).flatten(1)
        return torch.sigmoid(scaled), logits, gradcam, embedding
