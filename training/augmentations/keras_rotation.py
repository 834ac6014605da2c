"""Keras' RandomRotation: bilinear, with the picture mirrored at its edges instead of a constant outside."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as nnF
from torchvision import tv_tensors
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as F

from training.augmentations.sample import Sample


def keras_rotation(sample: Sample, fraction: float) -> Sample:
    """Turn by an angle of U[-fraction, fraction] full turns: .2 is ±72° (003; Keras' factor is a fraction of 2π).

    Keras' "reflect" repeats the edge pixel, which torch calls "symmetric" padding and grid_sample "reflection" with
    align_corners=False; torchvision's own rotation fills with a constant. The same as Pad(ceil(.21 N), symmetric) ->
    rotate -> CenterCrop(N) of methods.md section 4, without the padding. Masks turn with zeros outside, as nobody has
    outlined the mirrored part; boxes become the rectangle around the turned box, clipped.
    """
    angle = float((torch.rand(()) * 2 - 1) * 360 * fraction)
    return rotated(sample, angle)


def rotated(sample: Sample, angle: float) -> Sample:
    """The sample turned by `angle` degrees, counter-clockwise."""
    mask = F.rotate(sample.mask, angle) if sample.mask.any() else sample.mask
    boxes = v2.ClampBoundingBoxes()(F.rotate(sample.boxes, angle)) if len(sample.boxes) else sample.boxes
    return Sample(tv_tensors.Image(_mirrored(sample.image.as_subclass(torch.Tensor), angle)), mask, boxes)


def _mirrored(image: torch.Tensor, angle: float) -> torch.Tensor:
    """[C,H,W] turned about its centre, bilinear, mirrored at the edges; a turn in pixels, so that H may differ from W."""
    height, width = image.shape[-2:]
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    turn = torch.tensor([[[cos, -sin * height / width, 0.0], [sin * width / height, cos, 0.0]]], dtype=image.dtype)
    grid = nnF.affine_grid(turn, [1, 1, height, width], align_corners=False)
    return nnF.grid_sample(image[None], grid, mode="bilinear", padding_mode="reflection", align_corners=False)[0]
