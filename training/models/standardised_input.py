"""Channel repetition and mean/std, the first thing every network of the papers does; part of the exported graph."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from training.models.backbones.repeated_grayscale import IMAGENET_MEAN, IMAGENET_STD

COLOUR = 3


class StandardisedInput(nn.Module):
    """(x - mean_c) / std_c for each of three colour channels c; a single gray channel is repeated first.

    images: float32 [N,1,H,W] or [N,3,H,W] in [0,1]. Returns float32 [N,3,H,W]. mean and std: one value or three; empty
    = ImageNet's. They are constants of the graph and not part of a state dict, so that torchvision's weights fit.
    """

    def __init__(self, mean: Sequence[float] = (), std: Sequence[float] = ()) -> None:
        super().__init__()
        if len(mean) != len(std) or len(mean) not in (0, 1, COLOUR):
            raise ValueError(f"mean {list(mean)} and std {list(std)}: allowed are none, one or three values of each")
        if any(value <= 0 for value in std):
            raise ValueError(f"std {list(std)}: allowed are values above 0")
        for name, values, default in (("mean", mean, IMAGENET_MEAN), ("std", std, IMAGENET_STD)):
            three = tuple(values) * COLOUR if len(values) == 1 else tuple(values) or default
            self.register_buffer(name, torch.tensor(three).reshape(1, COLOUR, 1, 1), persistent=False)
        self.is_identity = all(value == 0 for value in mean) and all(value == 1 for value in std) and len(mean) > 0

    def forward(self, images: Tensor) -> Tensor:
        if self.is_identity:
            return images.expand(-1, COLOUR, -1, -1)
        # Differences and quotients take the wider type and autocast leaves them alone.
        return (images - self.get_buffer("mean")) / self.get_buffer("std")
