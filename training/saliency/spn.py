"""`spn`: the map of a saliency prediction network (002)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from training.models.classifier import Classifier
from training.saliency.explainer import ExplainerError, at_image_size, chosen_classes
from training.saliency.undisturbed import undisturbed


def explain(model: Classifier, images: Tensor, classes: Sequence[int] | None = None) -> Tensor:
    """The predicted mask in [0,1], the same for every class (it is class agnostic), bilinear to the image.

    Raises ExplainerError for a network without such a map.
    """
    chosen = chosen_classes(model, classes)
    with undisturbed(model), torch.no_grad():
        maps = model(images).class_maps
        if maps is None or maps.shape[1] != 1:
            raise ExplainerError(f"method 'spn' needs a class-agnostic map; {type(model).__name__} gives none")
        return at_image_size(maps, images).repeat(1, len(chosen), 1, 1)
