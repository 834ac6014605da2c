"""The settings of a data set that need the split: 004's crops and 002's share of masks."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from training.data.paper_splits import TRAIN, Assignment
from training.data.quotas import shared_out
from training.data.records import Box, DataError
from training.data.samples import Rectangle, Sample, SampleSet
from training.data.settings import DataSettings

FRAME = 1024  # side of the RSNA images, to which a drawn crop is clipped


def apply_split_settings(samples: SampleSet, assignment: Assignment, settings: DataSettings) -> SampleSet:
    """The samples with `crop` and `masks_fraction` of the settings. Call it between assign_splits and prepare; without
    those settings the set comes back as it is. Raises DataError."""
    if settings.crop:
        samples = with_crops(samples, assignment, settings.seed)
    if settings.masks_fraction < 1:
        samples = with_masks_fraction(samples, assignment, settings.masks_fraction, settings.seed)
    return samples


def with_crops(samples: SampleSet, assignment: Assignment, seed: int = 0, frame: float = FRAME) -> SampleSet:
    """004's cropped version: an image with boxes becomes its largest box; one without, a box drawn from those of the
    training images, seeded by its id, clipped to the image (004 says only that normals are cropped like the others).

    Ties of the largest box: the first. frame: side of the images in pixels. Raises DataError when no training image has
    a box.
    """
    boxes = [
        box
        for sample in sorted(samples.samples, key=lambda sample: sample.image_id)
        if assignment.get(sample.image_id) == TRAIN
        for box in sample.boxes
    ]
    if not boxes:
        raise DataError(
            f"{samples.name}: no training image has a box; crops of images without one are drawn from those"
        )
    return samples.with_samples([replace(sample, crop=_crop(sample, boxes, seed, frame)) for sample in samples.samples])


def with_masks_fraction(samples: SampleSet, assignment: Assignment, fraction: float, seed: int = 0) -> SampleSet:
    """002: masks are known for this share of the training images of each class only; the others count as without one.

    One order for all fractions: the images of a smaller share are among those of a larger one, and the split stays the same.
    Images outside the training split keep their masks, which only measure there.
    """
    groups: dict[tuple[float, ...], list[str]] = defaultdict(list)
    for sample in sorted(samples.samples, key=lambda sample: sample.image_id):
        if assignment.get(sample.image_id) == TRAIN and sample.has_mask:
            groups[sample.labels].append(sample.image_id)
    kept: set[str] = set()
    for _, names in sorted(groups.items()):
        order = np.random.default_rng(seed).permutation(len(names))
        count = shared_out(len(names), (fraction, 1 - fraction))[0] if fraction > 0 else 0
        kept.update(names[index] for index in order[:count])
    return samples.with_samples(
        [
            sample
            if assignment.get(sample.image_id) != TRAIN or sample.image_id in kept
            else replace(sample, mask_paths=(), has_mask=False)
            for sample in samples.samples
        ],
    )


def _crop(sample: Sample, boxes: Sequence[Box], seed: int, frame: float) -> Rectangle:
    if sample.boxes:
        largest = max(sample.boxes, key=lambda box: box.w * box.h)
        return largest.x, largest.y, largest.w, largest.h
    digest = hashlib.sha256(f"{seed}/{sample.image_id}".encode()).digest()
    box = boxes[int.from_bytes(digest[:8], "big") % len(boxes)]
    return box.x, box.y, min(box.x + box.w, frame) - box.x, min(box.y + box.h, frame) - box.y
