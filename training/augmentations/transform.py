"""From an [augmentation] table to a function on samples and on batches. Every image draws its own numbers from torch's
global generator (seed_everything and the loader's workers seed it)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torchvision import tv_tensors
from torchvision.transforms import InterpolationMode, v2

from training.augmentations.keras_rotation import keras_rotation
from training.augmentations.radiograph import augment
from training.augmentations.sample import Sample, as_sample
from training.augmentations.settings import AugmentationTable
from training.data.batch import Batch

Step = Callable[[Sample], Sample]


def build_transform(settings: AugmentationTable, size: int) -> Callable[[Batch], Batch]:
    """Batch -> Batch of the same shapes; masks move along, labels and index stay.

    size: side in pixels that a random crop is brought back to. Nothing to do gives the batch itself.
    """
    steps, radiograph = sample_steps(settings, size), settings.radiograph

    def transform(batch: Batch) -> Batch:
        if not len(batch):
            return batch
        if steps:
            batch = moved_one_by_one(batch, steps)
        if radiograph is None:
            return batch
        random = torch.Generator().manual_seed(int(torch.randint(2**62, ())))
        images, masks = augment(batch.images, batch.masks, radiograph, random)
        return replace(batch, images=images, masks=masks)

    return transform


def moved_one_by_one(batch: Batch, steps: list[Step]) -> Batch:
    """Every image with its masks through all steps."""
    moved = [changed(as_sample(image, mask), steps) for image, mask in zip(batch.images, batch.masks, strict=True)]
    return replace(
        batch,
        images=torch.stack([own.image.as_subclass(torch.Tensor) for own in moved]),
        masks=torch.stack([own.mask.as_subclass(torch.Tensor) for own in moved]),
    )


def changed(sample: Sample, steps: list[Step]) -> Sample:
    """The sample after all steps, in order."""
    for step in steps:
        sample = step(sample)
    return sample


def sample_steps(settings: AugmentationTable, size: int) -> list[Step]:
    """The steps of a table in the order of its fields; each takes image, mask and boxes together."""
    steps: list[Step] = []
    if settings.crop_scale:
        low, high = settings.crop_scale
        steps.append(_torchvision(v2.RandomResizedCrop((size, size), scale=(low, high), antialias=True)))
    if settings.keras_rotation:
        steps.append(lambda sample: keras_rotation(sample, settings.keras_rotation))
    if settings.rotation_degrees:
        turn = v2.RandomRotation(settings.rotation_degrees, interpolation=InterpolationMode.BILINEAR)
        steps.append(_torchvision(turn))
    if settings.hflip:
        steps.append(_torchvision(v2.RandomHorizontalFlip(settings.hflip)))
    if settings.vflip:
        steps.append(_torchvision(v2.RandomVerticalFlip(settings.vflip)))
    if settings.contrast:
        steps.append(lambda sample: _contrast(sample, settings.contrast))
    if settings.jitter:
        steps.append(_torchvision(v2.ColorJitter(*settings.jitter)))
    return steps


def _torchvision(transform: v2.Transform) -> Step:
    """torchvision draws once for image, mask and boxes, resamples masks by nearest neighbour and clamps boxes."""

    def step(sample: Sample) -> Sample:
        image, mask, boxes = transform(sample.image, sample.mask, sample.boxes)
        return Sample(image, mask, v2.ClampBoundingBoxes()(boxes))

    return step


def _contrast(sample: Sample, limits: tuple[float, ...]) -> Sample:
    """x -> mean + f (x - mean), f of U[limits], clipped to [0,1]: Keras' RandomContrast with 003's factor, which the
    paper does not give (.8 to 1.2 chosen)."""
    low, high = limits
    factor = float(torch.rand(()) * (high - low) + low)
    image = sample.image.as_subclass(torch.Tensor)
    mean = image.mean(dim=(-2, -1), keepdim=True)
    return replace(sample, image=tv_tensors.Image((mean + factor * (image - mean)).clamp(0, 1)))
