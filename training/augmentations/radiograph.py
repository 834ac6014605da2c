"""Random changes that a frontal chest radiograph survives with its labels: geometry, exposure, detector.

Small rotations, shifts and scales (positioning), gamma and window (exposure and the vendor's processing), blur,
sharpening and noise (detector, resampling), a bright or dark patch anywhere (markers, devices, clothing), and
left-right flip: none of our findings has a side, though a flipped heart is no anatomy. No vertical flip, no large
rotation, no elastic warp: those draw chests that do not exist and change heart size.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

from training.augmentations.settings import RadiographTable


def augment(images: Tensor, masks: Tensor, settings: RadiographTable, random: Generator) -> tuple[Tensor, Tensor]:
    """images float32 [N,1,H,W] in [0,1] and masks float32 [N,K,h,w] (any size, NaN = unknown) moved together; same
    shapes."""
    theta = _affine(images.shape[0], settings, random)
    moved = _resample(images, theta)
    moved_masks = _resample(masks, theta)
    return _detector(_patch(_exposure(moved, settings, random), settings, random), settings, random), moved_masks


def _uniform(count: int, half_width: float, random: Generator) -> Tensor:
    return (torch.rand(count, generator=random) * 2 - 1) * half_width


def _affine(count: int, settings: RadiographTable, random: Generator) -> Tensor:
    """Rotation, isotropic scale, shift and flip as [N,2,3] matrices of F.affine_grid."""
    angle = _uniform(count, settings.rotation_degrees * torch.pi / 180, random)
    zoom = torch.exp(_uniform(count, settings.scale, random))
    flip = torch.where(torch.rand(count, generator=random) < settings.flip, -1.0, 1.0)
    cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    shift_x, shift_y = _uniform(count, 2 * settings.shift, random), _uniform(count, 2 * settings.shift, random)
    rows = [torch.stack([cos * flip, -sin, shift_x], dim=1), torch.stack([sin * flip, cos, shift_y], dim=1)]
    return torch.stack(rows, dim=1)


def _resample(values: Tensor, theta: Tensor) -> Tensor:
    grid = F.affine_grid(theta, list(values.shape), align_corners=False)
    return F.grid_sample(values, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def _exposure(images: Tensor, settings: RadiographTable, random: Generator) -> Tensor:
    """Window ends and gamma: x -> clip((x - lo) / (hi - lo))^gamma."""
    count = images.shape[0]
    low = _uniform(count, settings.window, random).view(-1, 1, 1, 1)
    high = 1 + _uniform(count, settings.window, random).view(-1, 1, 1, 1)
    gamma = torch.exp(_uniform(count, settings.log_gamma, random)).view(-1, 1, 1, 1)
    return ((images - low) / (high - low)).clamp(1e-4, 1).pow(gamma)


def _patch(images: Tensor, settings: RadiographTable, random: Generator) -> Tensor:
    """A rectangle of one gray value; with probability `patches` per image."""
    height, width = images.shape[2:]
    for index in torch.nonzero(torch.rand(images.shape[0], generator=random) < settings.patches).flatten().tolist():
        y, x, dy, dx, gray = torch.rand(5, generator=random).tolist()
        top, left = int(y * height), int(x * width)
        bottom, right = top + 1 + int(dy * height / 5), left + 1 + int(dx * width / 5)
        images[index, :, top:bottom, left:right] = gray
    return images


def _detector(images: Tensor, settings: RadiographTable, random: Generator) -> Tensor:
    count = images.shape[0]
    detail = images - F.avg_pool2d(images, 3, 1, 1, count_include_pad=False)
    amount = _uniform(count, settings.sharpness, random).view(-1, 1, 1, 1)
    sigma = (torch.rand(count, generator=random) * settings.noise).view(-1, 1, 1, 1)
    noisy = images + amount * detail + sigma * torch.randn(images.shape, generator=random)
    return noisy.clamp(0, 1)
