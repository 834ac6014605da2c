"""What the explanation methods share: their verb, their errors, which classes, and maps at the size of the image."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch.nn.functional as F
from torch import Tensor

from training.models.classifier import Classifier

# explain(model, images, classes=None, **own settings) -> maps
#
# model: any Classifier, left as it was. images: float32 [N,C,H,W] in [0,1] on the model's device. classes: indices of the
# K' classes to explain, None = all. Returns float32 [N,K',H,W] at the size of the image, detached. What is explained is
# the raw logit z_k, for softmax networks too. Raises ExplainerError where the method does not suit the network.
Explainer = Callable[..., Tensor]


class ExplainerError(ValueError):
    """A method that a network, a class or a setting does not suit."""


def chosen_classes(model: Classifier, classes: Sequence[int] | None) -> list[int]:
    """The indices to explain. Raises ExplainerError for one that the network does not have."""
    if classes is None:
        return list(range(model.classes))
    for index in classes:
        if not 0 <= index < model.classes:
            raise ExplainerError(f"class {index} is not one of 0..{model.classes - 1}")
    return list(classes)


def at_image_size(maps: Tensor, images: Tensor) -> Tensor:
    """[N,K,h,w] -> [N,K,H,W] of the images: bilinear, align_corners=False."""
    return F.interpolate(maps.detach().float(), images.shape[2:], mode="bilinear", align_corners=False)
