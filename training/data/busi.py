"""BUSI breast ultrasound (Al-Dhabyani et al., Data in Brief 2020) with lesion masks, as paper 002 takes it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from training.data.records import DataError
from training.data.samples import SINGLE, Sample, SampleSet
from training.data.settings import DataSettings

BUSI_CLASSES = ("benign", "malignant", "normal")
PAPER_002 = ("benign", "malignant")
# 002 says 230 of each, but 210 malignant images exist and its lists total 460: 230 benign and all malignant.
PAPER_PER_CLASS = 230
# One image with two labels in the published set (methods.md section 3): which label is true is not known, so both go.
DOUBLE = frozenset({"benign (433)", "malignant (145)"})
NAME = re.compile(r"(benign|malignant|normal) \((\d+)\)\.png")


def read_busi(settings: DataSettings, folder: Path, check_files: bool = True) -> SampleSet:
    """Images of the wanted classes with their masks (several are OR-ed), single-label by default.

    No patient ids exist, so each image counts as its own patient. `benign (433)` and `malignant (145)` are left out when
    both are there. Raises DataError for an image without a mask; check_files does nothing, as the folder is the table.
    """
    classes = settings.known_classes(BUSI_CLASSES) if settings.classes else PAPER_002
    limit = settings.per_class or PAPER_PER_CLASS
    doubles = known_doubles(folder)
    samples: list[Sample] = []
    for name in classes:
        own = [path for path in busi_images(folder, name) if path.stem not in doubles]
        samples += [_sample(path, classes) for path in drawn(own, limit, settings.seed)]
    return SampleSet("busi", settings.task or SINGLE, classes, tuple(samples))


def whole_busi(folder: Path) -> SampleSet:
    """Every image of the classes that are there, the known double too: what `data check` looks at. Raises DataError."""
    classes = tuple(name for name in BUSI_CLASSES if (folder / name).is_dir())
    samples = [_sample(path, classes) for name in classes for path in busi_images(folder, name)]
    return SampleSet("busi", SINGLE, classes, tuple(samples))


def known_doubles(folder: Path) -> frozenset[str]:
    """The names of DOUBLE when all of them are in the folder."""
    there = all((folder / name.split()[0] / f"{name}.png").is_file() for name in DOUBLE)
    return DOUBLE if there else frozenset()


def busi_images(folder: Path, name: str) -> list[Path]:
    """`CLASS (n).png` of one class, by n; masks and other files are not images. Raises DataError for another class's
    image, or a class without its folder."""
    place = folder / name
    if not place.is_dir():
        raise DataError(f"folder {folder.name!r} has no folder {name!r}; BUSI has {', '.join(BUSI_CLASSES)}")
    found = []
    for path in place.iterdir():
        match = NAME.fullmatch(path.name)
        if match and match[1] != name:
            raise DataError(f"{path.name}: lies in folder {name!r}; allowed are {name} (n).png")
        if match:
            found.append((int(match[2]), path))
    return [path for _, path in sorted(found)]


def _sample(path: Path, classes: tuple[str, ...]) -> Sample:
    labels = tuple(float(path.parent.name == name) for name in classes)
    return Sample(path, path.stem, path.stem, labels, mask_paths=_masks(path), has_mask=True)


def drawn(paths: list[Path], limit: int, seed: int) -> list[Path]:
    """At most `limit` of the paths, drawn with the seed; order kept."""
    if not limit or len(paths) <= limit:
        return paths
    chosen = np.random.default_rng(seed).choice(len(paths), limit, replace=False)
    return [paths[index] for index in sorted(chosen.tolist())]


def _masks(image: Path) -> tuple[Path, ...]:
    """NAME_mask.png, NAME_mask_1.png ... Raises DataError when there is none."""
    first = image.with_name(f"{image.stem}_mask.png")
    if not first.is_file():
        raise DataError(f"{image.name}: mask {first.name} is missing; every image of BUSI has one")
    # glob would read nothing special into "(1)", but "benign (1)_mask_1" must not take those of "benign (11)".
    return (first, *sorted(image.parent.glob(f"{image.stem}_mask_*.png")))
