"""What a network made for colour photographs needs done to a radiograph; part of the exported graph."""

from __future__ import annotations

import torch
from torch import Tensor, nn

# Channel statistics of ImageNet that torchvision's weights were trained with, values in [0,1].
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class RepeatedGrayscale(nn.Module):
    """(x - mean_c) / std_c for each of the three colour channels c: one gray channel repeated, then standardised.

    images: float32 [N,1,H,W] in [0,1]. Returns float32 [N,3,H,W]. mean and std are constants of the graph and not
    part of a state dict, so that torchvision's weights fit.
    """

    def __init__(self) -> None:
        super().__init__()
        for name, values in (("mean", IMAGENET_MEAN), ("std", IMAGENET_STD)):
            self.register_buffer(name, torch.tensor(values).reshape(1, 3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        return (images - self.get_buffer("mean")) / self.get_buffer("std")
