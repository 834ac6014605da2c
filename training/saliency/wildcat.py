"""`wildcat`: the class maps of a WILDCAT network (001 §2)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from training.models.classifier import Classifier
from training.saliency.explainer import ExplainerError, at_image_size, chosen_classes
from training.saliency.undisturbed import undisturbed


def explain(model: Classifier, images: Tensor, classes: Sequence[int] | None = None) -> Tensor:
    """The network's own class maps, signed, bilinear to the image. Raises ExplainerError for a network without any."""
    chosen = chosen_classes(model, classes)
    with undisturbed(model), torch.no_grad():
        maps = model(images).class_maps
        if maps is None or maps.shape[1] != model.classes:
            raise ExplainerError(f"method 'wildcat' needs a map per class; {type(model).__name__} gives none")
        return at_image_size(maps[:, chosen], images)
