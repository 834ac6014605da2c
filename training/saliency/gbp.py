"""`gbp`: guided backpropagation (001; Springenberg et al. 2015)."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from captum.attr import GuidedBackprop
from torch import Tensor, nn

from training.models.classifier import Classifier
from training.saliency.explainer import ExplainerError
from training.saliency.pixel_attributions import attribute_classes, magnitude
from training.saliency.undisturbed import LogitsOf


def explain(model: Classifier, images: Tensor, classes: Sequence[int] | None = None) -> Tensor:
    """|guided gradient|, the largest over the channels."""
    return magnitude(guided_gradients(model, images, classes))


def guided_gradients(model: Classifier, images: Tensor, classes: Sequence[int] | None = None) -> Tensor:
    """dz_k/dx with every negative gradient that leaves a ReLU set to 0 on the way down; signed [N,K',C,H,W].

    captum hooks `nn.ReLU` modules, so each ReLU must be a module of its own, not in place (methods.md traps 12, 18).
    Raises ExplainerError when the forward pass meets none: the plain gradient would come out and pass for this.
    """
    method = GuidedBackprop(LogitsOf(model))

    def attribute(inputs: Tensor, index: int) -> Tensor:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Setting backward hooks on ReLU")
            attributions: Tensor = method.attribute(inputs, target=index)
        return attributions

    with _relus_that_run(model) as met:
        attributions = attribute_classes(model, images, classes, attribute)
    if not met:
        raise ExplainerError(f"method 'gbp' needs nn.ReLU modules; {type(model).__name__} runs none")
    return attributions


@contextmanager
def _relus_that_run(model: nn.Module) -> Iterator[set[nn.Module]]:
    """The ReLU modules that forward passes meet while it is open."""
    met: set[nn.Module] = set()
    relus = [module for module in model.modules() if isinstance(module, nn.ReLU)]
    hooks = [relu.register_forward_hook(lambda module, *_: met.add(module)) for relu in relus]
    try:
        yield met
    finally:
        for hook in hooks:
            hook.remove()
