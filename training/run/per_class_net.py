"""One network per class as one classifier: LibAUC's recipe for deep AUC maximisation (methods.md §6, DAM)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from training.models.classifier import Classifier, ModelOutputs


class PerClassNet(Classifier):
    """Members of one class each, in the order of the classes. logits: theirs side by side. features: their maps side by
    side in the channels, [N,K*C,h,w]; the Grad-CAM of class k is that of member k on its own share.

    Raises ValueError for a member of several classes, or one whose head reads more than the explained map.
    """

    def __init__(self, members: Sequence[Classifier]) -> None:
        super().__init__()
        for member in members:
            if member.classes != 1:
                raise ValueError(f"a member has {member.classes} classes; allowed is 1")
        self.members = nn.ModuleList(members)
        self.classes = len(members)
        self.input_channels, self.input_size = members[0].input_channels, members[0].input_size

    def forward(self, images: Tensor) -> ModelOutputs:
        outputs: list[ModelOutputs] = [member(images) for member in self.members]
        if any(own.feature_parts for own in outputs):
            raise ValueError("a member's head reads more than the explained map; allowed are backbones with one head")
        maps = [own.class_maps for own in outputs if own.class_maps is not None]
        return ModelOutputs(
            torch.cat([own.logits for own in outputs], dim=1),
            torch.cat([own.features for own in outputs], dim=1),
            torch.cat(maps, dim=1) if len(maps) == len(outputs) else None,
        )

    def gradcam(self, outputs: ModelOutputs) -> Tensor:
        parts = outputs.features.chunk(self.classes, dim=1)
        maps = []
        for k, (member, features) in enumerate(zip(self.members, parts, strict=True)):
            class_maps = None if outputs.class_maps is None else outputs.class_maps[:, k : k + 1]
            own = ModelOutputs(outputs.logits[:, k : k + 1], features, class_maps)
            maps.append(member.gradcam(own))  # type: ignore[operator]
        return torch.cat(maps, dim=1)
