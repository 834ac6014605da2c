"""The explanation methods by name."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from torch import Tensor

from training.models.classifier import Classifier
from training.saliency import activations, cam, gbp, ggcam, grad, gradcam, ig, sig, smoothgrad, spn, wildcat
from training.saliency.explainer import Explainer, ExplainerError

EXPLAINERS: dict[str, Explainer] = {
    "gradcam": gradcam.explain,
    "cam": cam.explain,
    "grad": grad.explain,
    "smoothgrad": smoothgrad.explain,
    "ig": ig.explain,
    "sig": sig.explain,
    "gbp": gbp.explain,
    "ggcam": ggcam.explain,
    "wildcat": wildcat.explain,
    "spn": spn.explain,
    "activations": activations.explain,
}


def explain(
    method: str, model: Classifier, images: Tensor, classes: Sequence[int] | None = None, **settings: Any
) -> Tensor:
    """Maps [N,K',H,W] of the named method (see `Explainer`); settings: its own, by name.

    Raises ExplainerError for an unknown method or setting, and where the method does not suit the network.
    """
    if method not in EXPLAINERS:
        raise ExplainerError(f"explainer {method!r} is not one of {', '.join(EXPLAINERS)}")
    allowed = settings_of(method)
    for name in settings:
        if name not in allowed:
            raise ExplainerError(
                f"setting {name!r} of explainer {method!r} is not one of {', '.join(allowed) or 'none'}"
            )
    return EXPLAINERS[method](model, images, classes, **settings)


def settings_of(method: str) -> dict[str, Any]:
    """Names and defaults of a method's own settings."""
    parameters = inspect.signature(EXPLAINERS[method]).parameters.values()
    return {own.name: own.default for own in parameters if own.kind is inspect.Parameter.KEYWORD_ONLY}
