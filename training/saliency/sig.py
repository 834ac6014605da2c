"""`sig`: integrated gradients averaged over noisy copies of the image (001)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from captum.attr import IntegratedGradients, NoiseTunnel
from torch import Tensor

from training.models.classifier import Classifier
from training.saliency.ig import PASSES_AT_ONCE, RULE, STEPS
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
    steps: int = STEPS,
    seed: int = 0,
    batch: int = PASSES_AT_ONCE,
) -> Tensor:
    """|mean over noise of the integrated gradients|, the largest over the channels; samples x steps passes per class."""
    tunnel = NoiseTunnel(IntegratedGradients(LogitsOf(model)))

    def attribute(inputs: Tensor, index: int) -> Tensor:
        return mean_under_noise(
            tunnel, inputs, index, samples, sigma, seed, 1,
            baselines=torch.zeros_like(inputs[:1]), n_steps=steps, method=RULE, internal_batch_size=batch,
        )  # fmt: skip

    return magnitude(attribute_classes(model, images, classes, attribute))
