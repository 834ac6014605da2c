"""`ig`: integrated gradients (001; Sundararajan et al. 2017)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from captum.attr import IntegratedGradients
from torch import Tensor

from training.models.classifier import Classifier
from training.saliency.pixel_attributions import attribute_classes, magnitude
from training.saliency.undisturbed import LogitsOf

STEPS = 50  # the paper does not say; captum's and the authors' lower end
RULE = "gausslegendre"
PASSES_AT_ONCE = 10  # images of one forward pass; DenseNet-121 at 224 then keeps about 2 GB of activations


def explain(
    model: Classifier,
    images: Tensor,
    classes: Sequence[int] | None = None,
    *,
    steps: int = STEPS,
    batch: int = PASSES_AT_ONCE,
) -> Tensor:
    """|x int_0^1 dz_k/dx(a x) da|, the largest over the channels."""
    return magnitude(integrated_gradients(model, images, classes, steps=steps, batch=batch))


def integrated_gradients(
    model: Classifier,
    images: Tensor,
    classes: Sequence[int] | None = None,
    *,
    steps: int = STEPS,
    batch: int = PASSES_AT_ONCE,
) -> Tensor:
    """(x - x0) int_0^1 dz_k/dx(x0 + a (x - x0)) da, signed [N,K',C,H,W]; it sums to z_k(x) - z_k(x0).

    x0: the black image, black *before* the standardisation inside the network. batch: images of one pass.
    """
    method = IntegratedGradients(LogitsOf(model))

    def attribute(inputs: Tensor, index: int) -> Tensor:
        attributions: Tensor = method.attribute(
            inputs, torch.zeros_like(inputs), target=index, n_steps=steps, method=RULE,
            internal_batch_size=max(batch, len(inputs)),
        )  # fmt: skip
        return attributions

    return attribute_classes(model, images, classes, attribute)
