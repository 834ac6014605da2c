"""From samples to arrays that a network reads: pixels, labels, masks and boxes at the network's size.

Pixels go through inference/preprocessing.py, the one implementation that serving uses too. A cache on disk holds pixels
and masks as memory maps, so that a training step never decodes a file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data.pixel_store import PixelStore, read_pixels
from training.data.records import Box, DataError
from training.data.samples import Sample, SampleSet
from training.data.settings import PaperInput

CACHE_VERSION = 1  # raise it when prepared pixels change, so that no old cache is taken


@dataclass(frozen=True, eq=False)
class PreparedSet:
    """n images.

    images: float16 [n,C,H,W] in [0,1], bright = dense (may be a memory map). labels: float32 [n,K], NaN = unknown.
    masks: uint8 [n,H,W], zeros where unknown: 0 or 1, or with class_masks bit k where class k is. has_mask: bool [n]. boxes: in
    pixels of H x W, clipped to it. weights: float32 [n,K], what each label counts for in the loss; None: 1 each.
    """

    images: NDArray[np.float16]
    labels: NDArray[np.float32]
    masks: NDArray[np.uint8]
    has_mask: NDArray[np.bool_]
    boxes: tuple[tuple[Box, ...], ...]
    ids: tuple[str, ...]
    patients: tuple[str, ...]
    views: tuple[str, ...]
    classes: tuple[str, ...]
    task: str
    class_masks: bool = False
    weights: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def mask_of(self, row: int, column: int) -> NDArray[np.bool_] | None:
        """bool [H,W] where class `column` is in an image, None where that is not known or nowhere."""
        if not self.has_mask[row] or self.labels[row, column] != 1:
            return None
        mask = (self.masks[row] >> column) & 1 if self.class_masks else self.masks[row]
        return mask.astype(bool) if mask.any() else None

    def select(self, rows: Sequence[int] | NDArray[np.bool_] | NDArray[np.intp]) -> PreparedSet:
        """The images of a boolean mask or of row numbers, in that order. Rows that follow one another share memory."""
        index = np.asarray(rows)
        index = np.flatnonzero(index) if index.dtype == bool else index.astype(int)
        chosen: slice | NDArray[np.intp] = index
        if len(index) and np.array_equal(index, np.arange(index[0], index[0] + len(index))):
            chosen = slice(int(index[0]), int(index[0]) + len(index))
        return PreparedSet(
            self.images[chosen],
            self.labels[chosen],
            self.masks[chosen],
            self.has_mask[chosen],
            tuple(self.boxes[row] for row in index),
            tuple(self.ids[row] for row in index),
            tuple(self.patients[row] for row in index),
            tuple(self.views[row] for row in index),
            self.classes,
            self.task,
            self.class_masks,
            None if self.weights is None else self.weights[chosen],
        )


def prepare(
    samples: SampleSet, ids: Sequence[str], paper_input: PaperInput, cache: Path | None = None, workers: int = 1
) -> PreparedSet:
    """The images of these ids, in this order.

    cache: a folder; pixels are kept in a folder of it named by everything they depend on, written whole or not at all.
    Labels are not part of it, so label policies share pixels. workers: processes that decode.
    Raises DataError naming every file that cannot be read (the first five) and every box outside its image.
    """
    if samples.channels != paper_input.channels:
        raise DataError(
            f"input channels {paper_input.channels} do not suit {samples.name}; allowed are {samples.channels}"
        )
    chosen = samples.only(ids).samples
    store = read_pixels(chosen, paper_input, _cache_folder(cache, chosen, paper_input), workers)
    boxes = _model_boxes(chosen, store)
    return PreparedSet(
        images=store.images,
        labels=np.array([sample.labels for sample in chosen], dtype=np.float32).reshape(-1, len(samples.classes)),
        masks=store.masks,
        has_mask=np.array([sample.has_mask for sample in chosen], dtype=bool),
        boxes=boxes,
        ids=tuple(ids),
        patients=tuple(sample.patient for sample in chosen),
        views=tuple(sample.view for sample in chosen),
        classes=samples.classes,
        task=samples.task,
        class_masks=any(sample.mask_columns for sample in chosen),
        weights=_weights(chosen, len(samples.classes)),
    )


def _weights(chosen: Sequence[Sample], classes: int) -> NDArray[np.float32] | None:
    if not any(sample.weights for sample in chosen):
        return None
    return np.array([sample.weights or (1.0,) * classes for sample in chosen], dtype=np.float32)


def data_fingerprint(samples: SampleSet) -> str:
    """SHA-256 over names, people, labels with their weights, boxes, crops and file sizes: tells data of a run apart without holding
    any of it, and costs no read of the pixels."""
    digest = hashlib.sha256(json.dumps([samples.name, samples.task, samples.classes, samples.channels]).encode())
    for sample in sorted(samples.samples, key=lambda sample: sample.image_id):
        files = [(path.name, _file_state(path)[0]) for path in (sample.image_path, *sample.mask_paths)]
        row = [
            sample.image_id,
            sample.patient,
            [repr(label) for label in sample.labels],
            sample.boxes,
            sample.crop,
            files,
        ]
        digest.update(json.dumps([*row, sample.has_mask, *([sample.weights] if sample.weights else [])]).encode())
    return digest.hexdigest()


def _cache_folder(cache: Path | None, chosen: Sequence[Sample], paper_input: PaperInput) -> Path | None:
    if cache is None:
        return None
    # mean, std and size act inside the network, so they are no part of it.
    settings = asdict(paper_input) | {"mean": 0, "std": 0, "size": paper_input.side, "source_size": 0}
    digest = hashlib.sha256(json.dumps([CACHE_VERSION, settings], sort_keys=True).encode())
    for sample in chosen:
        paths = (sample.image_path, *sample.mask_paths)
        row = [
            [(str(path), *_file_state(path)) for path in paths],
            sample.crop,
            *([sample.mask_columns] if sample.mask_columns else []),
        ]
        digest.update(json.dumps(row).encode())
    return Path(cache) / digest.hexdigest()[:24]


def _file_state(path: Path) -> tuple[int, int]:
    """Size and time of change; (-1, -1) for a file that is not there (its reading then fails by name)."""
    try:
        state = path.stat()
    except OSError:
        return -1, -1
    return state.st_size, state.st_mtime_ns


def _model_boxes(chosen: Sequence[Sample], store: PixelStore) -> tuple[tuple[Box, ...], ...]:
    """Boxes in pixels of the prepared image, clipped to it; those outside a crop are dropped."""
    side = store.images.shape[-1]
    found = []
    for sample, (x0, y0, x1, y1), (height, width) in zip(chosen, store.regions, store.sizes, strict=True):
        own = []
        for box in sample.boxes:
            if box.x < -1 or box.y < -1 or box.x + box.w > width + 1 or box.y + box.h > height + 1:
                raise DataError(
                    f"{sample.image_path.name}: box {box.x:g},{box.y:g},{box.w:g},{box.h:g} leaves the image; allowed is"
                    f" 0..{width:g} x 0..{height:g}"
                )
            left, right = np.clip(np.array([box.x - x0, box.x + box.w - x0]) * side / (x1 - x0), 0, side)
            top, bottom = np.clip(np.array([box.y - y0, box.y + box.h - y0]) * side / (y1 - y0), 0, side)
            if right > left and bottom > top:
                own.append(Box(box.key, float(left), float(top), float(right - left), float(bottom - top)))
        found.append(tuple(own))
    return tuple(found)
