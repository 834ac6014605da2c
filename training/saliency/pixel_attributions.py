"""Attributions to single pixels, class by class, and the map made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from training.models.classifier import Classifier
from training.saliency.explainer import chosen_classes
from training.saliency.undisturbed import undisturbed

Attribute = Callable[[Tensor, int], Tensor]


def attribute_classes(model: Classifier, images: Tensor, classes: Sequence[int] | None, attribute: Attribute) -> Tensor:
    """Signed attributions [N,K',C,H,W]; attribute(images [N,C,H,W], class) gives those of one class, [N,C,H,W]."""
    chosen = chosen_classes(model, classes)
    with undisturbed(model):
        own = images.detach().clone().requires_grad_(True)
        return torch.stack([attribute(own, index).detach() for index in chosen], dim=1)


def magnitude(attributions: Tensor) -> Tensor:
    """The map [N,K',H,W]: the largest absolute value over the C channels of [N,K',C,H,W] (methods.md §8, `grad`)."""
    return attributions.abs().amax(dim=2).float()
