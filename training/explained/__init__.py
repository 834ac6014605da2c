"""Networks with their probabilities and explanation maps in one exportable graph (explanation_graph.md)."""

from training.explained.ensemble import MergedEnsemble, merge_ensemble
from training.explained.graph import Explained, NotExportable, explained

__all__ = ["Explained", "MergedEnsemble", "NotExportable", "explained", "merge_ensemble"]
