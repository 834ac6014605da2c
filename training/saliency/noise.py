"""SmoothGrad's mean over noisy copies of an image, for any attribution (Smilkov et al. 2017)."""

from __future__ import annotations

from typing import Any

import torch
from captum.attr import NoiseTunnel
from torch import Tensor

SAMPLES = 25  # the papers do not say; Smilkov et al. saw no gain above 50 and little above this
SIGMA = 0.15  # of the image's range; Smilkov et al.: 10-20 %


def mean_under_noise(
    tunnel: NoiseTunnel, images: Tensor, target: int, samples: int, sigma: float, seed: int, batch: int, **own: Any
) -> Tensor:
    """Mean of the signed attributions of image + N(0, s^2) over `samples` draws, s = sigma (max - min) of each image.

    Image by image, because captum takes one s for a whole call; every image and every class sees the same draws, so a
    map does not depend on what it was explained with. batch: noisy copies at a time. captum's defaults, 5 samples of
    s = 1, are far outside Smilkov's (methods.md trap 19). images [N,C,H,W]; returns the same shape.
    """
    attributions = []
    devices = [images.device] if images.device.type == "cuda" else []
    for image in images.detach().split(1):
        spread = sigma * float(image.max() - image.min())
        with torch.random.fork_rng(devices):
            torch.manual_seed(seed)
            attributions.append(
                tunnel.attribute(
                    image.clone().requires_grad_(True), nt_type="smoothgrad", nt_samples=samples,
                    nt_samples_batch_size=min(batch, samples), stdevs=spread, target=target, **own,
                ).detach()
            )  # fmt: skip
    return torch.cat(attributions)
