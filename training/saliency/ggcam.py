"""`ggcam`: guided Grad-CAM (001; Selvaraju et al. 2017)."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from training.models.classifier import Classifier
from training.saliency import gradcam
from training.saliency.gbp import guided_gradients
from training.saliency.pixel_attributions import magnitude


def explain(model: Classifier, images: Tensor, classes: Sequence[int] | None = None) -> Tensor:
    """|guided gradient x Grad-CAM at the size of the image|, the largest over the channels.

    captum's GuidedGradCam with bilinear interpolation (its default is nearest, methods.md trap 19), with Grad-CAM from the
    closed form: one forward pass for all classes instead of one and a backward pass each.
    """
    coarse = gradcam.explain(model, images, classes).unsqueeze(2)
    return magnitude(guided_gradients(model, images, classes) * coarse)
