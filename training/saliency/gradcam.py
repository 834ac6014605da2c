"""`gradcam`: gradient-weighted class activation map (000 §3.2, 001; Selvaraju et al. 2017)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from training.models.classifier import Classifier
from training.saliency.explainer import at_image_size, chosen_classes
from training.saliency.undisturbed import undisturbed


def explain(model: Classifier, images: Tensor, classes: Sequence[int] | None = None) -> Tensor:
    """relu( sum_c mean_hw(dz_k/dA_c) A_c ) >= 0, A the last feature map after ReLU, not normalised, bilinear to the image.

    000's text says that the activations are averaged; it is the gradients. One forward pass for all classes: the closed
    form of the network (Classifier.gradcam), the same that a bundle exports.
    """
    chosen = chosen_classes(model, classes)
    with undisturbed(model), torch.no_grad():
        outputs = model(images)
        return at_image_size(model.gradcam(outputs)[:, chosen], images)
