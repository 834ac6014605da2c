"""`smoothgrad`: gradient averaged over noisy copies of the image (001; Smilkov et al. 2017)."""

from __future__ import annotations

from collections.abc import Sequence

from captum.attr import NoiseTunnel, Saliency
from torch import Tensor

from training.models.classifier import Classifier
from training.saliency.noise import SAMPLES, SIGMA, mean_under_noise
from training.saliency.pixel_attributions import attribute_classes, magnitude
from training.saliency.undisturbed import LogitsOf


def explain(
    model: Classifier,
    images: Tensor,
    classes: Sequence[int] | None = None,
    *,
    samples: int = SAMPLES,
    sigma: float = SIGMA,
    seed: int = 0,
    batch: int = 5,
) -> Tensor:
    """|mean over noise of dz_k/dx|, the largest over the channels: signs are averaged first, as Smilkov et al. do."""
    tunnel = NoiseTunnel(Saliency(LogitsOf(model)))
    return magnitude(
        attribute_classes(
            model,
            images,
            classes,
            lambda inputs, index: mean_under_noise(tunnel, inputs, index, samples, sigma, seed, batch, abs=False),
        )
    )
