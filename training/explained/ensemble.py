"""Several explained classifiers as one graph (003 §7, methods.md §11): what is evaluated is what is exported."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.data.samples import SINGLE, TASKS
from training.explained.definition import classifier_gradcam
from training.explained.graph import GRADCAM, Explained, input_shape

LEAST_PROBABILITY = 1e-7  # so that a logit of the average is finite


class MergedEnsemble(nn.Module):
    """Weighted vote of members: image at the largest member's size; each branch begins with its own bilinear Resize.

    probabilities: weighted mean. logits: of the mean, log(p/(1-p)), or log p where the classes exclude each other.
    gradcam: each member's maps divided by their largest value in the image (over all classes, so that a class
    without evidence stays dark), upsampled bilinearly to the largest grid, weighted mean; in [0,1]. embedding: of the
    member with the largest weight.
    """

    OUTPUTS: tuple[str, ...] = ("probabilities", "logits", "gradcam", "embedding")

    def __init__(self, members: Sequence[Explained], weights: Sequence[float], task: str) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.shares = tuple(weight / math.fsum(weights) for weight in weights)
        self.task = task
        self.shapes = tuple(input_shape(own.net) for own in members)
        self.input_size = max(height for height, _ in self.shapes)
        self.grid = (max(own.grids[GRADCAM][0] for own in members), max(own.grids[GRADCAM][1] for own in members))
        self.spokesman = max(range(len(members)), key=lambda row: self.shares[row])

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """image: float32 [N,1,H,W] in [0,1], H = W = input_size."""
        said = [self._outputs(row, image) for row in range(len(self.members))]
        probabilities = self._mean([own["probabilities"] for own in said])
        gradcam = self._mean([self._comparable(own["gradcam"]) for own in said])
        return probabilities, self._logits(probabilities), gradcam, said[self.spokesman]["embedding"]

    def autograd_gradcam(self, images: Tensor) -> Tensor:
        """The maps from members' maps by definition, for the exporter's comparison."""
        maps = [
            self._comparable(classifier_gradcam(own.net, self._resize(images, shape)))  # type: ignore[arg-type]
            for own, shape in zip(self.members, self.shapes, strict=True)
        ]
        return self._mean(maps)

    def _outputs(self, row: int, image: Tensor) -> dict[str, Tensor]:
        member = self.members[row]
        return dict(zip(member.OUTPUTS, member(self._resize(image, self.shapes[row])), strict=True))  # type: ignore[arg-type]

    def _resize(self, image: Tensor, shape: tuple[int, int]) -> Tensor:
        if shape == (self.input_size, self.input_size):
            return image
        return functional.interpolate(image, shape, mode="bilinear", align_corners=False)

    def _comparable(self, maps: Tensor) -> Tensor:
        largest = maps.amax(dim=(1, 2, 3), keepdim=True)
        scaled = maps / torch.where(largest > 0, largest, torch.ones_like(largest))
        if tuple(maps.shape[2:]) == self.grid:
            return scaled
        return functional.interpolate(scaled, self.grid, mode="bilinear", align_corners=False)

    def _mean(self, values: list[Tensor]) -> Tensor:
        total = self.shares[0] * values[0]
        for share, value in zip(self.shares[1:], values[1:], strict=True):
            total = total + share * value
        return total

    def _logits(self, probabilities: Tensor) -> Tensor:
        bounded = probabilities.clamp(LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
        return bounded.log() if self.task == SINGLE else bounded.log() - (1 - bounded).log()


def merge_ensemble(members: Sequence[Explained], weights: Sequence[float], task: str) -> MergedEnsemble:
    """One graph of several explained classifiers. weights: one per member, >= 0, divided by their sum. task: `multilabel`
    or `single`.

    Raises ValueError for members of different classes, or weights that do not suit.
    """
    if task not in TASKS:
        raise ValueError(f"task {task!r} is not one of {', '.join(TASKS)}")
    if len(members) < 1 or len(weights) != len(members):
        raise ValueError(f"{len(weights)} weights for {len(members)} members; allowed: one each, of 1 member or more")
    if not all(math.isfinite(weight) and weight >= 0 for weight in weights) or math.fsum(weights) <= 0:
        raise ValueError(f"weights {list(weights)}; allowed are finite values from 0 on, not all 0")
    classes = [own.net.classes for own in members]
    if len(set(classes)) > 1:
        raise ValueError(f"members have {classes} classes; allowed: the same number each")
    return MergedEnsemble(members, weights, task)
