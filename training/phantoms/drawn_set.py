"""Phantoms as a data set: drawn once into a folder, alone or beside real images."""

from __future__ import annotations

import hashlib
import json
import math
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from tqdm import tqdm

from training.data.atomic_file import new_folder
from training.data.folder import TABLE, read_phantoms
from training.data.records import FINDINGS, Box, DataError
from training.data.registry import read_samples
from training.data.samples import MULTILABEL, UNKNOWN, Sample, SampleSet
from training.data.settings import DataSettings, PhantomTable
from training.phantoms.draw import draw_phantom
from training.phantoms.layouts_cases import FOLDER_HEADER, folder_row
from training.phantoms.made_data import LABEL_SIGN, chance_signs
from training.phantoms.made_files import write_table
from training.phantoms.sketch import sketch_phantom

NO_FINDING = "No Finding"


def drawn_folder(table: PhantomTable, out: Path, workers: int = 1) -> Path:
    """The folder below `out` that holds these phantoms, drawn when it is not there; its name changes with the settings and
    with the generator's source, so that stale pictures are never trained on. workers: processes that draw."""
    folder = out / f"phantoms-{_key(table)}"
    if folder.is_dir():
        return folder
    splits = [name for name, count in table.counts.items() for _ in range(count)]
    jobs = list(zip(range(table.first_seed, table.first_seed + len(splits)), splits, strict=True))
    with new_folder(folder) as partly:
        for name in ("images", "masks"):
            (partly / name).mkdir()
        bar = tqdm(_rows(partial(_draw_one, folder=partly, table=table), jobs, workers), "draw phantoms", len(jobs),
                   disable=None, leave=False, file=sys.stderr)  # fmt: skip
        write_table(partly / TABLE, FOLDER_HEADER, list(bar))
    return folder


def _rows(draw: partial[list[object]], jobs: Sequence[tuple[int, str]], workers: int) -> Iterator[list[object]]:
    if workers <= 1 or len(jobs) < 2 * workers:
        yield from map(draw, jobs)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(draw, jobs, chunksize=16)


def _draw_one(job: tuple[int, str], folder: Path, table: PhantomTable) -> list[object]:
    seed, split = job
    if table.fast:
        phantom = sketch_phantom(seed, size=table.size, signs=chance_signs(seed), patient_seed=seed)
    else:
        phantom = draw_phantom(seed, size=table.size)
    return folder_row(folder, f"phantom-{seed}", phantom, split)


def _key(table: PhantomTable) -> str:
    digest = hashlib.sha256(json.dumps(asdict(table) | {"selects": False}, sort_keys=True).encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def read_set(settings: DataSettings, folder: Path, out: Path, workers: int = 1) -> SampleSet:
    """The samples of a [data] table: those of `folder`, and the phantoms that it asks for, drawn below `out`. Raises
    DataError."""
    if settings.phantoms.is_empty:
        return read_samples(settings, folder)
    drawn = drawn_folder(settings.phantoms, out, workers)
    return (
        read_samples(settings, drawn)
        if settings.name == "phantoms"
        else with_phantoms(read_samples(settings, folder), drawn, settings.phantoms.selects)
    )


def with_phantoms(samples: SampleSet, folder: Path, selects: bool = False) -> SampleSet:
    """The set and the phantoms of a folder beside it, under the set's class names; a class that phantoms do not show is
    unknown of them. Their selection images are left out unless asked for (`selects`): a network that is best on phantoms
    is not the one that is best on patients. Raises DataError for a set that they cannot join."""
    if samples.task != MULTILABEL or samples.channels != 1:
        raise DataError(f"data phantoms: they join gray {MULTILABEL} sets, not {samples.name} ({samples.task})")
    signs = [name if name in FINDINGS else LABEL_SIGN.get(name, "") for name in samples.classes]
    if not set(signs) & set(FINDINGS):
        raise DataError(
            f"data phantoms: none of the classes {', '.join(samples.classes)} is drawn; allowed are {', '.join(FINDINGS)}"
            f" and {', '.join(name for name, sign in LABEL_SIGN.items() if sign in FINDINGS)}"
        )
    drawn = read_phantoms(DataSettings("phantoms", classes=FINDINGS), folder)
    added = [
        _renamed(own, signs, samples.classes) for own in drawn.samples if selects or own.official_split != "selection"
    ]
    return samples.with_samples((*samples.samples, *added))


def _renamed(sample: Sample, signs: Sequence[str], classes: tuple[str, ...]) -> Sample:
    """Labels, boxes and masks by the position of their sign in `signs`."""
    known = dict(zip(FINDINGS, sample.labels, strict=True))
    empty = 0.0 if any(value == 1 for value in known.values() if not math.isnan(value)) else 1.0
    labels = tuple(
        empty if name == NO_FINDING else known.get(sign, UNKNOWN) for name, sign in zip(classes, signs, strict=True)
    )
    masks = {
        position: path
        for column, path in zip(sample.mask_columns, sample.mask_paths, strict=True)
        for position, sign in enumerate(signs)
        if sign == FINDINGS[column]
    }
    boxes = tuple(
        Box(name, *box[1:])
        for box in sample.boxes
        for name, sign in zip(classes, signs, strict=True)
        if sign == box.key
    )
    return replace(sample, labels=labels, boxes=boxes, mask_paths=tuple(masks.values()), mask_columns=tuple(masks))
