"""WILDCAT on a backbone (paper 001, methods.md §5.2)."""

from __future__ import annotations

from torch import Tensor, nn

from training.models.classifier import Classifier, ModelOutputs
from training.models.reverse_sweep import as_float, full_precision, weighted_map
from training.models.wildcat import WildcatHead, region_count


class WildcatNet(Classifier):
    """Trunk and WILDCAT head. class_maps: signed [N,K,h,w]."""

    def __init__(self, trunk: nn.Module, head: WildcatHead) -> None:
        super().__init__()
        self.trunk, self.head, self.classes = trunk, head, head.classes

    def outputs_of(self, features: Tensor, parts: tuple[Tensor, ...] = ()) -> ModelOutputs:
        """The outputs from feature maps computed before."""
        logits, class_maps = self.head(features)
        return ModelOutputs(logits, features, class_maps)

    def forward(self, images: Tensor) -> ModelOutputs:
        return self.outputs_of(self.trunk(images))

    def gradcam(self, outputs: ModelOutputs) -> Tensor:
        """Every cell that is pooled passes the mean 1x1 weight of its class on, and the shares of the cells add up to a
        constant: sum_hw dz_k/dA_c = share * mean_m w_kmc. The map is relu(share / hw * (class map - bias)):
        the same picture as the class map (explanation_graph.md#identity-grad-cam-of-a-wildcat-head)."""
        with full_precision(outputs.features):
            features = as_float(outputs.features)
            kernel = self.head.convolution.weight.flatten(1)
            weights = kernel.unflatten(0, (self.classes, -1)).mean(dim=1)
            return weighted_map(self.gradient_share(features.shape[2] * features.shape[3]) * weights, features)

    def gradient_share(self, cells: int) -> float:
        """Sum over the cells of d score / d class map: 1 for the mean of the highest alone, else (1 + alpha) divided as
        the `combine` rule says."""
        own = self.head.settings
        if region_count(own.kmin, cells) == 0 or own.alpha == 0:
            return 1.0
        return (1 + own.alpha) / {"half": 2.0, "sum": 1.0, "weighted": 1.0 + own.alpha}[own.combine]
