"""Prepared cases in memory: what the fit loop, the calibrators and the metrics read, from records or from the
phantom generator."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from inference.preprocessing import InputSpec, ModelInput, box_to_model, prepare_array
from training.data.pixels import load_gray
from training.data.records import FINDINGS, Box, Record
from training.phantoms import draw_phantom

PHANTOM = "phantom"
PHANTOM_SIDE = 256


@dataclass(frozen=True)
class Cases:
    """n prepared cases.

    images: float16 [n,H,W] in [0,1] (11 bits: 8-bit sources lose nothing that matters). labels: float32 [n,K], NaN =
    unknown. masks: float16 [n,K,h,w], share of each map cell that the finding covers, NaN = unknown. boxes: per
    case, pixels of the H x W field. patients are persons; source is the data set's name or `phantom`.
    """

    images: NDArray[np.float16]
    labels: NDArray[np.float32]
    masks: NDArray[np.float16]
    boxes: tuple[tuple[Box, ...], ...]
    ids: tuple[str, ...]
    patients: tuple[str, ...]
    views: tuple[str, ...]
    sources: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def is_phantom(self) -> NDArray[np.bool_]:
        """bool [n]."""
        return np.array([source == PHANTOM for source in self.sources], dtype=bool)

    def select(self, chosen: NDArray[np.bool_] | NDArray[np.intp] | Sequence[int]) -> Cases:
        """The cases of a boolean mask or of indices, in that order."""
        index = np.asarray(chosen)
        rows = np.flatnonzero(index) if index.dtype == bool else index.astype(int)
        return Cases(
            self.images[rows],
            self.labels[rows],
            self.masks[rows],
            tuple(self.boxes[row] for row in rows),
            tuple(self.ids[row] for row in rows),
            tuple(self.patients[row] for row in rows),
            tuple(self.views[row] for row in rows),
            tuple(self.sources[row] for row in rows),
        )


def join(parts: Sequence[Cases]) -> Cases:
    """All cases of `parts`, in order."""
    return Cases(
        np.concatenate([part.images for part in parts]),
        np.concatenate([part.labels for part in parts]),
        np.concatenate([part.masks for part in parts]),
        sum((part.boxes for part in parts), ()),
        sum((part.ids for part in parts), ()),
        sum((part.patients for part in parts), ()),
        sum((part.views for part in parts), ()),
        sum((part.sources for part in parts), ()),
    )


def record_cases(
    records: Sequence[Record], spec: InputSpec, grid: tuple[int, int], intensity: str = "stored-range"
) -> Cases:
    """Records read and prepared as serving does it. Masks stay unknown: published boxes are for evaluation.

    intensity: rule by which DICOM files become gray values; the model's own rule then follows, as for pictures.
    """
    inputs = [
        prepare_array(load_gray(record, intensity=intensity), spec)
        for record in tqdm(records, "read", disable=None, leave=False)
    ]
    labels = [[np.nan if record.labels[key] is None else record.labels[key] for key in FINDINGS] for record in records]
    return Cases(
        np.stack([prepared.image[0] for prepared in inputs]).astype(np.float16),
        np.array(labels, dtype=np.float32),
        np.full((len(records), len(FINDINGS), *grid), np.nan, dtype=np.float16),
        tuple(_model_boxes(record.boxes, prepared) for record, prepared in zip(records, inputs, strict=True)),
        tuple(record.image_id for record in records),
        tuple(record.patient for record in records),
        tuple(record.view for record in records),
        tuple(record.source for record in records),
    )


def _model_boxes(boxes: Sequence[Box], prepared: ModelInput) -> tuple[Box, ...]:
    return tuple(Box(box.key, *box_to_model((box.x, box.y, box.w, box.h), prepared)) for box in boxes)


def phantom_cases(seeds: Sequence[int], spec: InputSpec, grid: tuple[int, int], workers: int = 1) -> Cases:
    """Phantoms of `seeds`, one synthetic patient each, with exact labels, boxes and masks. workers: processes that
    draw."""
    draw = partial(_one_phantom, spec=spec, grid=grid)
    if workers == 1:
        parts = [draw(seed) for seed in tqdm(seeds, "draw phantoms", disable=None, leave=False)]
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            drawn = pool.map(draw, seeds, chunksize=16)
            parts = list(tqdm(drawn, "draw phantoms", total=len(seeds), disable=None, leave=False))
    return join(parts)


def _one_phantom(seed: int, spec: InputSpec, grid: tuple[int, int]) -> Cases:
    phantom = draw_phantom(seed, size=PHANTOM_SIDE)
    prepared = prepare_array(phantom.image, spec)
    masks = np.zeros((1, len(FINDINGS), *grid), dtype=np.float16)
    for index, key in enumerate(FINDINGS):
        if key in phantom.masks:
            # The phantom is square, as the field: cells and mask cover the same frame.
            mask = Image.fromarray(phantom.masks[key].astype(np.float32))
            masks[0, index] = np.asarray(mask.resize(grid[::-1], Image.Resampling.BOX))
    labels = np.array([[phantom.findings[key] for key in FINDINGS]], dtype=np.float32)
    image = prepared.image.astype(np.float16)
    name = f"phantom-{seed}"
    return Cases(
        image, labels, masks, (_model_boxes(phantom.boxes, prepared),), (name,), (name,), (phantom.view,), (PHANTOM,)
    )


def save_cases(path: str, cases: Cases) -> None:
    """Keep drawn phantoms as one npz, so that the next run does not draw them again."""
    boxes = [(index, *box) for index, own in enumerate(cases.boxes) for box in own]
    np.savez(
        path, images=cases.images, labels=cases.labels, masks=cases.masks, box_case=np.array([b[0] for b in boxes], int),
        box_key=np.array([b[1] for b in boxes], str), box=np.array([b[2:] for b in boxes], float).reshape(-1, 4),
        ids=cases.ids, patients=cases.patients, views=cases.views, sources=cases.sources,
    )  # fmt: skip


def load_cases(path: str) -> Cases:
    """What save_cases wrote."""
    with np.load(path) as stored:
        own: list[list[Box]] = [[] for _ in stored["ids"]]
        for case, key, numbers in zip(stored["box_case"], stored["box_key"], stored["box"], strict=True):
            own[case].append(Box(str(key), *map(float, numbers)))
        words = (tuple(map(str, stored[name])) for name in ("ids", "patients", "views", "sources"))
        return Cases(stored["images"], stored["labels"], stored["masks"], tuple(map(tuple, own)), *words)
