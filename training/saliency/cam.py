"""`cam`: class activation map of a network whose head is average pooling and one linear layer (Zhou et al. 2016)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn

from training.models.classifier import Classifier
from training.saliency.explainer import ExplainerError, at_image_size, chosen_classes
from training.saliency.undisturbed import undisturbed


def explain(model: Classifier, images: Tensor, classes: Sequence[int] | None = None) -> Tensor:
    """sum_c w_kc A_c, signed, bilinear to the image. Raises ExplainerError for any other head."""
    chosen = chosen_classes(model, classes)
    with undisturbed(model), torch.no_grad():
        return at_image_size(class_activation_maps(model, model(images).features)[:, chosen], images)


def class_activation_maps(model: Classifier, features: Tensor) -> Tensor:
    """The maps at the features' own size, [N,K,h,w] of [N,C,h,w]: their mean plus the bias is the logit."""
    linear = _only_linear(model)
    return torch.einsum("kc,nchw->nkhw", linear.weight, features)


def _only_linear(model: Classifier) -> nn.Linear:
    head = getattr(model, "head", None)
    if isinstance(head, nn.Sequential):
        layers = [layer for layer in head if not isinstance(layer, nn.Dropout | nn.Identity)]
        kinds = [type(layer) for layer in layers]
        if kinds == [nn.AdaptiveAvgPool2d, nn.Flatten, nn.Linear] and layers[0].output_size in (1, (1, 1)):
            return cast(nn.Linear, layers[2])
    raise ExplainerError(f"method 'cam' needs a gap-linear head; {type(model).__name__} has another")
