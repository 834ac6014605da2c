"""Networks whose head is a chain of pooling and fully connected layers: closed-form Grad-CAM by the reverse sweep."""

from __future__ import annotations

from torch import Tensor, nn

from training.models.classifier import Classifier, ModelOutputs
from training.models.reverse_sweep import head_gradcam, split_head


class SweptNet(Classifier):
    """trunk: images -> last feature map after ReLU [N,C,h,w]; head: nn.Sequential that the reverse sweep can walk.

    A network whose head reads more than the explained map overrides `feature_maps`, `head_input`, `read_channels` and
    `columns`. Raises UnknownHeadModule for a head whose Grad-CAM has no known closed form.
    """

    columns: slice = slice(None)  # channels of the head's input that are the explained map

    def __init__(self, trunk: nn.Module, head: nn.Sequential, classes: int) -> None:
        super().__init__()
        split_head(head)
        self.trunk, self.head, self.classes = trunk, head, classes

    def feature_maps(self, images: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """The target layer [N,C,h,w] and what else the head reads."""
        return self.trunk(images), ()

    @property
    def read_channels(self) -> int:
        """Channels of what the head reads."""
        return int(self.trunk.channels)  # type: ignore[arg-type]

    def head_input(self, features: Tensor, parts: tuple[Tensor, ...]) -> Tensor:
        """What the head reads, [N,C',a,b]."""
        return features

    def finish(self, logits: Tensor, features: Tensor, parts: tuple[Tensor, ...]) -> ModelOutputs:
        """The outputs once the head has spoken; a network with more to say adds it here."""
        return ModelOutputs(logits, features, feature_parts=parts)

    def merge_maps(self, maps: Tensor) -> Tensor:
        """Maps [N,K',h,w] of what the head puts out -> maps of the classes [N,K,h,w]."""
        return maps

    def outputs_of(self, features: Tensor, parts: tuple[Tensor, ...] = ()) -> ModelOutputs:
        """The outputs from feature maps computed before: a frozen trunk's are worth keeping."""
        return self.finish(self.head(self.head_input(features, parts)), features, parts)

    def forward(self, images: Tensor) -> ModelOutputs:
        return self.outputs_of(*self.feature_maps(images))

    def gradcam(self, outputs: ModelOutputs) -> Tensor:
        read = self.head_input(outputs.features, outputs.feature_parts)
        return self.merge_maps(head_gradcam(self.head, read, outputs.features, self.columns))
