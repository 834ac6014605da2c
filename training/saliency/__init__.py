"""Explanation methods (methods.md §8): one file each, one verb `explain(model, images, classes, ...) -> maps [N,K,H,W]`."""

from training.saliency.explainer import Explainer, ExplainerError
from training.saliency.registry import EXPLAINERS, explain

__all__ = ["EXPLAINERS", "Explainer", "ExplainerError", "explain"]
