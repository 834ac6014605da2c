"""Explaining must not change the network, nor depend on the state it happens to be in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from training.models.classifier import Classifier


@contextmanager
def undisturbed(model: nn.Module) -> Iterator[None]:
    """In eval mode, in float32, with gradients of inputs but not of weights; afterwards everything as before.

    Lightning validates and predicts under inference mode, where no gradient exists (methods.md trap 20): left here.
    """
    training = [module for module in model.modules() if module.training]
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    device = next((parameter.device.type for parameter in model.parameters()), "cpu")
    model.eval()
    for parameter in trained:
        parameter.requires_grad_(False)
    try:
        with torch.inference_mode(False), torch.enable_grad(), torch.autocast(device, enabled=False):
            yield
    finally:
        for parameter in trained:
            parameter.requires_grad_(True)
        for module in training:
            module.training = True


class LogitsOf(nn.Module):
    """A classifier as captum sees one: images -> logits [N,K]."""

    def __init__(self, model: Classifier) -> None:
        super().__init__()
        self.model = model

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.model(images).logits
        return logits
