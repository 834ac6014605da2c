"""A classifier small enough to reason about: convolution, batch norm, ReLU, GAP, linear layer."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from training.data.batch import Batch
from training.models.classifier import Classifier, ModelOutputs


class TinyNet(Classifier):
    """Two classes or more. Grad-CAM of GAP + linear: relu(sum_c w_kc A_c) / (h w)."""

    def __init__(self, classes: int = 2, channels: int = 4) -> None:
        super().__init__()
        self.classes = classes
        self.trunk = nn.Sequential(
            nn.Conv2d(1, channels, 3, 2, 1), nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, channels, 3, 1, 1),
            nn.BatchNorm2d(channels), nn.ReLU(),
        )  # fmt: skip
        self.head = nn.Linear(channels, classes)

    def forward(self, images: Tensor) -> ModelOutputs:
        features = self.trunk(images)
        return ModelOutputs(self.head(features.mean(dim=(2, 3))), features)

    def gradcam(self, outputs: ModelOutputs) -> Tensor:
        cells = outputs.features.shape[2] * outputs.features.shape[3]
        return torch.relu(torch.einsum("kc,nchw->nkhw", self.head.weight, outputs.features)) / cells


def tiny_net(classes: int = 2, seed: int = 0) -> TinyNet:
    """Seeded, in training mode."""
    torch.manual_seed(seed)
    return TinyNet(classes)


def batch_of(labels: Any, side: int = 8, **own: Any) -> Batch:
    """A batch of random images with these labels [N,K]; masks and has_mask may be given."""
    labels = torch.as_tensor(labels, dtype=torch.float32)
    count = len(labels)
    images = torch.rand(count, 1, side, side, generator=torch.Generator().manual_seed(1))
    masks = own.get("masks", torch.zeros(count, 1, side, side))
    has_mask = own.get("has_mask", torch.zeros(count, dtype=torch.bool))
    return Batch(images, labels, masks, has_mask, torch.arange(count))


def outputs_with(logits: Any, class_maps: Tensor | None = None) -> ModelOutputs:
    """Outputs of which a loss reads the logits (and maps) alone."""
    logits = torch.as_tensor(logits, dtype=torch.float32)
    return ModelOutputs(logits, torch.zeros(len(logits), 1, 1, 1), class_maps)
