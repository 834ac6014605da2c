"""Pixels and masks of many samples, decoded by worker processes into arrays or a cache of memory maps."""

from __future__ import annotations

import math
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from inference.preprocessing import InputSpec, resize_image
from training.data.atomic_file import new_folder
from training.data.otsu_mask import dark_side
from training.data.pixels import is_dicom, load_channels, load_picture, prepare_dicom_file
from training.data.records import DataError
from training.data.samples import Rectangle, Sample
from training.data.settings import PaperInput

SPARE = 2**20  # bytes left free beside the prepared pixels, for headers and the run's own small files
NAMED = 5  # bad files that an error names; the rest are counted
MASK_BITS = 8
ARRAYS = ("images", "masks", "regions", "sizes")


@dataclass(frozen=True, eq=False)
class PixelStore:
    """images: float16 [n,C,H,W]. masks: uint8 [n,H,W]. regions: float64 [n,4], x0, y0, x1, y1 of the prepared field in
    pixels of the file. sizes: float64 [n,2], height and width of the file."""

    images: NDArray[np.float16]
    masks: NDArray[np.uint8]
    regions: NDArray[np.float64]
    sizes: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OneImage:
    """What a worker sends back. mask: None where it is empty or not known. problem: why the file cannot be read."""

    image: NDArray[np.float16] | None = None
    mask: NDArray[np.uint8] | None = None
    region: Rectangle = (0.0, 0.0, 1.0, 1.0)
    size: tuple[float, float] = (1.0, 1.0)
    problem: str = ""


def read_pixels(samples: Sequence[Sample], paper_input: PaperInput, folder: Path | None, workers: int) -> PixelStore:
    """All samples in order; from the cache folder when it is there, else read and, with a folder, kept there.

    Raises DataError that names the files that cannot be read; nothing is left in the cache then.
    """
    if folder is None:
        side, count = paper_input.side, len(samples)
        store = PixelStore(
            np.zeros((count, paper_input.channels, side, side), np.float16),
            np.zeros((count, side, side), np.uint8),
            np.zeros((count, 4)),
            np.zeros((count, 2)),
        )
        _fill(store, samples, paper_input, workers)
        return store
    if not folder.is_dir():
        with new_folder(folder) as made:
            store = _new_maps(made, len(samples), paper_input)
            _fill(store, samples, paper_input, workers)
            for name in ARRAYS:
                getattr(store, name).flush()
    return PixelStore(*(np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS))


def _new_maps(folder: Path, count: int, paper_input: PaperInput) -> PixelStore:
    side = paper_input.side
    shapes = ((count, paper_input.channels, side, side), (count, side, side), (count, 4), (count, 2))
    kinds = (np.float16, np.uint8, np.float64, np.float64)
    _require_space(
        folder, sum(math.prod(shape) * np.dtype(kind).itemsize for shape, kind in zip(shapes, kinds, strict=True))
    )
    return PixelStore(
        *(
            _new_map(folder / f"{name}.npy", np.dtype(kind), shape)
            for name, kind, shape in zip(ARRAYS, kinds, shapes, strict=True)
        )
    )


def _require_space(folder: Path, needed: int) -> None:
    """Raises DataError before a picture is read when the prepared pixels would not fit."""
    free = shutil.disk_usage(folder).free
    if free < needed + SPARE:
        raise DataError(
            f"prepared pixels take {_mib(needed)} in --cache, {_mib(free)} are free on its disk; free some, name a folder elsewhere"
            " with --cache, or lower [input] size"
        )


def _mib(count: int) -> str:
    return f"{count / 2**20:,.1f} MiB ({count} bytes)"


def _new_map(path: Path, kind: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """A file of its full size: a sparse one would end the process with SIGBUS when the disk fills up."""
    made = np.lib.format.open_memmap(path, "w+", kind, shape)
    try:
        with path.open("r+b") as handle:
            os.posix_fallocate(handle.fileno(), 0, path.stat().st_size)
    except OSError as error:
        raise DataError(
            f"prepared pixels cannot be kept in --cache: {error.strerror}; name a folder elsewhere"
        ) from error
    return made


def _fill(store: PixelStore, samples: Sequence[Sample], paper_input: PaperInput, workers: int) -> None:
    problems: list[str] = []
    bar = tqdm(total=len(samples), desc="read", unit="image", disable=None, leave=False, file=sys.stderr)
    with bar:
        for row, one in enumerate(_decoded(samples, paper_input, workers)):
            bar.update()
            if one.image is None:
                problems.append(one.problem)
                continue
            store.images[row] = one.image
            if one.mask is not None:
                store.masks[row] = one.mask
            store.regions[row], store.sizes[row] = one.region, one.size
    if problems:
        more = f"; and {len(problems) - NAMED} more" if len(problems) > NAMED else ""
        raise DataError(f"{len(problems)} of {len(samples)} images: {'; '.join(problems[:NAMED])}{more}")


def _decoded(samples: Sequence[Sample], paper_input: PaperInput, workers: int) -> Iterator[OneImage]:
    one = partial(_read_or_name, paper_input=paper_input)
    if workers <= 1 or len(samples) < 2 * workers:
        yield from map(one, samples)
        return
    # Each worker decodes DICOM in the sandboxed child of its own pool, as serving does.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(one, samples, chunksize=max(1, min(32, len(samples) // (4 * workers))))


def _read_or_name(sample: Sample, paper_input: PaperInput) -> OneImage:
    try:
        return read_one(sample, paper_input)
    except DataError as error:
        return OneImage(problem=str(error))


def read_one(sample: Sample, paper_input: PaperInput) -> OneImage:
    """One sample at the prepared size. Raises DataError for a file that cannot be read, a mask of another size than its
    image, or a crop outside it."""
    spec = InputSpec(paper_input.side, paper_input.side, paper_input.intensity, paper_input.resize)
    if is_dicom(sample.image_path) and sample.crop is None:
        whole = prepare_dicom_file(sample.image_path, spec)
        height, width = whole.source_height, whole.source_width
        image, (x0, y0, x1, y1) = whole.image, whole.region
        rows, columns = slice(0, height), slice(0, width)
    else:
        channels = load_channels(sample.image_path, paper_input.intensity, paper_input.channels)
        height, width = channels.shape[1:]
        rows, columns = _crop_slices(sample, height, width)
        fields = [resize_image(channel[rows, columns], spec) for channel in channels]
        image, (x0, y0, x1, y1) = np.stack([field for field, _ in fields]), fields[0][1]
    if paper_input.mask_filter == "otsu":
        image = np.stack([dark_side(channel) for channel in image])
    mask = _mask(sample, (height, width), spec, rows, columns)
    region = (x0 + columns.start, y0 + rows.start, x1 + columns.start, y1 + rows.start)
    return OneImage(image.astype(np.float16), mask, region, (float(height), float(width)))


def _crop_slices(sample: Sample, height: int, width: int) -> tuple[slice, slice]:
    """Rows and columns of whole pixels that hold the crop. Raises DataError when it lies outside the image."""
    if sample.crop is None:
        return slice(0, height), slice(0, width)
    x, y, w, h = sample.crop
    left, top = max(int(np.floor(x)), 0), max(int(np.floor(y)), 0)
    right, bottom = min(int(np.ceil(x + w)), width), min(int(np.ceil(y + h)), height)
    if right <= left or bottom <= top:
        raise DataError(
            f"{sample.image_path.name}: crop {x:g},{y:g},{w:g},{h:g} is outside the image of {width} x {height} pixels"
        )
    return slice(top, bottom), slice(left, right)


def _mask(
    sample: Sample, shape: tuple[int, int], spec: InputSpec, rows: slice, columns: slice
) -> NDArray[np.uint8] | None:
    """uint8 [H,W], several files OR-ed; a cell counts when at least half of it is lesion. 0 and 1 for masks of the image, bit
    k for those of class k."""
    if not sample.mask_paths:
        return None
    layers: dict[int, NDArray[np.bool_]] = {}
    for path, column in zip(sample.mask_paths, sample.mask_columns or (0,) * len(sample.mask_paths), strict=True):
        if column >= MASK_BITS:
            raise DataError(f"{path.name}: mask of class {column + 1}; masks are kept of the first {MASK_BITS} classes")
        own = load_picture(path) >= 128 / 255 - 1e-6
        if own.shape != shape:
            raise DataError(
                f"{path.name}: mask of {own.shape[1]} x {own.shape[0]} pixels; its image has {shape[1]} x {shape[0]}"
            )
        layers[column] = layers.get(column, np.zeros(shape, dtype=bool)) | own
    mask: NDArray[np.uint8] = np.zeros((spec.height, spec.width), np.uint8)
    for column, union in layers.items():
        field, _ = resize_image(union[rows, columns].astype(np.float32), spec)
        mask |= (field >= 0.5).astype(np.uint8) << column
    return mask
