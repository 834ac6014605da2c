"""Is a data set what it claims to be: files, pixels, labels and splits, looked at before hours of training."""

from __future__ import annotations

import hashlib
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tqdm import tqdm

from inference.intensity import PERCENTILE_RULE
from training.data.paper_splits import require_classes
from training.data.pixels import load_channels
from training.data.records import DataError
from training.data.samples import SINGLE, Sample, SampleSet

SHOWN = 10  # entries of a list that are printed; all are counted
DARK = (
    0.25  # brightest pixel, of the range, below which a picture is taken for one of fewer bits than its file type has
)


@dataclass(frozen=True)
class Report:
    """counts: what there is. problems: what makes a training run wrong, one line each. notes: what one should know."""

    counts: dict[str, Any]
    problems: tuple[str, ...]
    notes: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """For --json: the counts beside the two lists."""
        return {**self.counts, "problems": list(self.problems), "notes": list(self.notes)}


def check_samples(
    samples: SampleSet, assignment: Mapping[str, str] | None = None, *, pixels: bool = True, workers: int = 1
) -> Report:
    """Missing and unreadable files, images with the same pixels (and then other labels, patients or splits), boxes against
    labels, labels with one value, patients in two splits. pixels: False reads no image."""
    problems = missing_files(samples) + box_conflicts(samples)
    notes = _constant_labels(samples)
    hashes: dict[str, str] = {}
    if pixels:
        found = read_all_pixels(samples.samples, samples.channels, workers)
        hashes = found.hashes
        problems += found.problems
        worse, equal = duplicates(samples, hashes, assignment)
        problems += worse
        notes += dark_pictures(found.brightest) + equal
    if assignment is not None:
        problems += leaks(samples, assignment)
    counts = summary(samples) | ({"images read": len(hashes)} if pixels else {})
    if assignment is not None:
        counts["splits"] = dict(Counter(assignment.get(sample.image_id) or "left out" for sample in samples.samples))
    return Report(counts, tuple(problems), tuple(notes))


def missing_files(samples: SampleSet) -> list[str]:
    """One line for each image or mask that is not there."""
    return [
        f"{sample.image_id}: file {path.name} is missing"
        for sample in samples.samples
        for path in (sample.image_path, *sample.mask_paths)
        if not path.is_file()
    ]


@dataclass(frozen=True)
class PixelsRead:
    """hashes: image id -> SHA-256 of its decoded pixels. brightest: image id -> its highest value, 0..1 of what its file type can
    hold. problems: one line for each file that cannot be read."""

    hashes: dict[str, str]
    brightest: dict[str, float]
    problems: list[str]


def read_all_pixels(samples: Sequence[Sample], channels: int, workers: int = 1) -> PixelsRead:
    """Every picture, decoded, because two files of one image often differ in their header or compression. Files that are missing
    are left out; `missing_files` names them."""
    there = [sample for sample in samples if sample.image_path.is_file()]
    work = [(sample.image_path, channels) for sample in there]
    bar = tqdm(total=len(work), desc="check pixels", unit="image", disable=None, leave=False, file=sys.stderr)
    found = PixelsRead({}, {}, [])
    with bar:
        for sample, (digest, brightest, problem) in zip(there, _mapped(work, workers), strict=True):
            bar.update()
            if problem:
                found.problems.append(f"{sample.image_id}: {problem}")
            else:
                found.hashes[sample.image_id], found.brightest[sample.image_id] = digest, brightest
    return found


def dark_pictures(brightest: Mapping[str, float]) -> list[str]:
    """A note where pictures use a small part of the range: 12-bit values in a 16-bit file, or values of 0..1 in one of 0..65535."""
    dark = {name: value for name, value in brightest.items() if value < DARK}
    if not dark:
        return []
    shown = ", ".join(f"{name!r} {value:.2g}" for name, value in list(dark.items())[:SHOWN])
    more = f" and {len(dark) - SHOWN} more" if len(dark) > SHOWN else ""
    return [
        f"{len(dark)} of {len(brightest)} images are dark: the brightest pixel, as part of what the file type can hold, is {shown}"
        f"{more}; values of fewer bits than the file has? [input] intensity = {PERCENTILE_RULE!r} stretches each picture by itself"
    ]


def _mapped(work: Sequence[tuple[Path, int]], workers: int) -> Iterable[tuple[str, float, str]]:
    if workers <= 1 or len(work) < 2 * workers:
        yield from map(_read_or_problem, work)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_read_or_problem, work, chunksize=16)


def _read_or_problem(work: tuple[Path, int]) -> tuple[str, float, str]:
    path, channels = work
    try:
        values = load_channels(path, "stored-range", channels)
    except DataError as error:
        return "", 0.0, str(error)
    digest = hashlib.sha256(str(values.shape).encode() + values.tobytes()).hexdigest()
    return digest, float(values.max(initial=0.0)), ""


def duplicates(
    samples: SampleSet, hashes: Mapping[str, str], assignment: Mapping[str, str] | None = None
) -> tuple[list[str], list[str]]:
    """Problems and notes about images with the same pixels: a problem when their labels, patients or splits differ (one
    image with two labels, one person under two names, a leak), a note otherwise."""
    groups: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples.samples:
        if sample.image_id in hashes:
            groups[hashes[sample.image_id]].append(sample)
    problems, notes = [], []
    for own in groups.values():
        if len(own) < 2:
            continue
        names = " = ".join(repr(sample.image_id) for sample in own)
        differs = _differences(samples, own, assignment)
        if differs:
            problems.append(f"same pixels, {' and '.join(differs)}: {names}")
        else:
            notes.append(f"same pixels: {names}")
    return problems, notes


def _differences(samples: SampleSet, own: Sequence[Sample], assignment: Mapping[str, str] | None) -> list[str]:
    found = []
    labels = {tuple("unknown" if math.isnan(value) else f"{value:g}" for value in sample.labels) for sample in own}
    if len(labels) > 1:
        shown = sorted({_shown(samples, sample) for sample in own})
        found.append(f"labels {' / '.join(shown)}")
    # BUSI and CUB have no people: each image is its own "patient", so another name says nothing there.
    if any(sample.patient != sample.image_id for sample in own) and len({sample.patient for sample in own}) > 1:
        found.append(f"patients {' / '.join(sorted({sample.patient for sample in own}))}")
    if assignment is not None:
        splits = {assignment.get(sample.image_id, "") for sample in own} - {""}
        if len(splits) > 1:
            found.append(f"splits {' / '.join(sorted(splits))}")
    return found


def _shown(samples: SampleSet, sample: Sample) -> str:
    present = [name for name, label in zip(samples.classes, sample.labels, strict=True) if label > 0]
    return "+".join(present) or "none"


def leaks(samples: SampleSet, assignment: Mapping[str, str]) -> list[str]:
    """One line for each patient with images in two splits, and one for a split that has one class alone."""
    places: dict[str, set[str]] = defaultdict(set)
    for sample in samples.samples:
        if assignment.get(sample.image_id):
            places[sample.patient].add(assignment[sample.image_id])
    found = [
        f"patient {patient!r} is in two splits, {' and '.join(map(repr, sorted(own)))}; allowed is one"
        for patient, own in sorted(places.items())
        if len(own) > 1
    ]
    try:
        require_classes(samples, {sample.image_id: assignment.get(sample.image_id, "") for sample in samples.samples})
    except DataError as error:
        found.append(str(error))
    return found


def box_conflicts(samples: SampleSet) -> list[str]:
    """One line for each image with a box of a class that its label says is absent."""
    found = []
    for sample in samples.samples:
        for key in sorted({box.key for box in sample.boxes}):
            if sample.labels[samples.classes.index(key)] == 0:
                found.append(f"{sample.image_id}: has a box of {key!r}, which its label says is absent")
    return found


def summary(samples: SampleSet) -> dict[str, Any]:
    """Counts of images, patients, views, boxes, masks and labels."""
    images = Counter(sample.patient for sample in samples.samples)
    labels = {}
    for index, name in enumerate(samples.classes):
        values = [sample.labels[index] for sample in samples.samples]
        unknown = sum(math.isnan(value) for value in values)
        present = sum(value > 0 for value in values)
        labels[name] = {"present": present, "absent": len(values) - present - unknown, "unknown": unknown}
    return {
        "data set": samples.name,
        "task": samples.task,
        "images": len(samples),
        "patients": len(images),
        "most images of one patient": max(images.values()),
        "views": dict(Counter(sample.view or "not stated" for sample in samples.samples)),
        "boxes": dict(Counter(box.key for sample in samples.samples for box in sample.boxes)),
        "images with a mask": sum(sample.has_mask for sample in samples.samples),
        "labels": labels,
    }


def _constant_labels(samples: SampleSet) -> list[str]:
    """A label that is the same in every image: nothing can be learnt of it."""
    notes = []
    for index, name in enumerate(samples.classes):
        values = {sample.labels[index] for sample in samples.samples if not math.isnan(sample.labels[index])}
        if len(values) < 2:
            kind = "class" if samples.task == SINGLE else "label"
            value = f"{next(iter(values)):g}" if values else "unknown"
            notes.append(f"{kind} {name!r} is {value} in every image")
    return notes
