"""`grad`: gradient of the logit with respect to the pixels (001; Simonyan et al. 2014)."""

from __future__ import annotations

from collections.abc import Sequence

from captum.attr import Saliency
from torch import Tensor

from training.models.classifier import Classifier
from training.saliency.pixel_attributions import attribute_classes, magnitude
from training.saliency.undisturbed import LogitsOf


def explain(model: Classifier, images: Tensor, classes: Sequence[int] | None = None) -> Tensor:
    """|dz_k/dx|, the largest over the channels."""
    return magnitude(gradients(model, images, classes))


def gradients(model: Classifier, images: Tensor, classes: Sequence[int] | None = None) -> Tensor:
    """dz_k/dx, signed [N,K',C,H,W]."""
    saliency = Saliency(LogitsOf(model))
    return attribute_classes(
        model, images, classes, lambda inputs, index: saliency.attribute(inputs, target=index, abs=False)
    )
