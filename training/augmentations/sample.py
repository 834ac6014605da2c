"""One image with what must move with it, as torchvision's tv_tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torchvision import tv_tensors

from training.data.records import Box


@dataclass(frozen=True)
class Sample:
    """image: float32 [C,H,W] in [0,1]. mask: float32 [1,H,W] of 0 and 1. boxes: [m,4] as x0, y0, x1, y1 in pixels."""

    image: tv_tensors.Image
    mask: tv_tensors.Mask
    boxes: tv_tensors.BoundingBoxes

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width = self.image.shape[-2:]
        return int(height), int(width)


def as_sample(image: Tensor, mask: Tensor, boxes: Sequence[Box] = ()) -> Sample:
    """Plain tensors [C,H,W] and [1,H,W] and boxes in their pixels, marked as what they are."""
    corners = torch.tensor([[box.x, box.y, box.x + box.w, box.y + box.h] for box in boxes], dtype=torch.float32)
    height, width = image.shape[-2:]
    shown = tv_tensors.BoundingBoxes(
        corners.reshape(-1, 4), format=tv_tensors.BoundingBoxFormat.XYXY, canvas_size=(int(height), int(width))
    )  # type: ignore[call-overload]
    return Sample(tv_tensors.Image(image), tv_tensors.Mask(mask), shown)
