"""What the network does to a [0,1] radiograph before its first convolution; part of the exported graph."""

from __future__ import annotations

import torch
from torch import Tensor, nn

COARSE = 8  # pixels averaged before the neighbourhood is taken: an eighth of the sides, a sixty-fourth of the work


class GrayscaleInput(nn.Module):
    """One channel in [0,1] -> two standardised channels.

    Channel 0: (x - mean) / std over the image, so that exposure and contrast of the file do not matter.
    Channel 1: (x - blur(x)) / std(x - blur(x)): local detail with the slow exposure gradient removed; blur = mean over
    about `neighbourhood` x 8 pixels, taken on the eightfold reduced image and enlarged bilinearly.
    Replaces the fixed mean/std and channel repetition of pretrained colour networks.

    images: float32 [N,1,H,W] in [0,1], H and W multiples of 8. Returns float32 [N,2,H,W].
    """

    def __init__(self, neighbourhood: int = 5) -> None:
        super().__init__()
        if neighbourhood < 1 or neighbourhood % 2 == 0:
            raise ValueError(f"neighbourhood {neighbourhood} is not an odd number >= 1")
        self.local_mean = nn.Sequential(
            nn.AvgPool2d(COARSE),
            nn.AvgPool2d(neighbourhood, stride=1, padding=neighbourhood // 2, count_include_pad=False),
            nn.Upsample(scale_factor=COARSE, mode="bilinear", align_corners=False),
        )

    def forward(self, images: Tensor) -> Tensor:
        return torch.cat([_standardise(images), _standardise(images - self.local_mean(images))], dim=1)


def _standardise(values: Tensor) -> Tensor:
    centred = values - values.mean(dim=(2, 3), keepdim=True)
    # 1e-4: a constant image gives zeros, not noise of the last bit.
    return centred / torch.sqrt((centred * centred).mean(dim=(2, 3), keepdim=True) + 1e-4)
