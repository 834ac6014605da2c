"""The eight bird classes of CUB-200-2011 (Wah et al. 2011) that paper 002 uses. Photographs: three channels."""

from __future__ import annotations

from pathlib import Path

from training.data import tables
from training.data.busi import drawn
from training.data.records import Box, DataError, checked_box
from training.data.samples import SINGLE, Sample, SampleSet
from training.data.settings import DataSettings

# 60 images of each exist only in the 2011 edition, not in the one of 2010.
PAPER_002 = ("003", "014", "067", "102", "112", "122", "188", "194")
FAR = 1e6  # the tables do not give the pictures' sizes; boxes are checked against the pixels when they are read


def read_cub(settings: DataSettings, folder: Path, check_files: bool = True) -> SampleSet:
    """Images of the wanted classes, named by number (`003`) or in full (`003.Sooty_Albatross`), single-label.

    Masks are segmentations/CLASS/IMAGE.png (>= 128) in the folder or beside it; without that folder no mask is known.
    No bird is known to occur twice, so each image counts as its own patient. Raises DataError.
    """
    names = _names(folder)
    wanted = settings.classes or PAPER_002
    numbers = [_class_number(name, names) for name in wanted]
    classes = tuple(names[number] for number in numbers)
    members = _members(folder, numbers)
    boxes = _boxes(folder / "bounding_boxes.txt")
    masks = next((place for place in (folder, folder.parent) if (place / "segmentations").is_dir()), None)
    samples = []
    for index, number in enumerate(numbers):
        labels = tuple(float(index == other) for other in range(len(classes)))
        for inner in drawn(list(members[number]), settings.per_class, settings.seed):
            mask = None if masks is None else masks / "segmentations" / inner.with_suffix(".png")
            box = boxes.get(members[number][inner])
            shown = (Box(classes[index], *box[1:]),) if box else ()
            files = () if mask is None else (mask,)
            path = folder / "images" / inner
            samples.append(Sample(path, inner.stem, inner.stem, labels, shown, files, mask is not None))
    for needed in (path for sample in samples for path in (sample.image_path, *sample.mask_paths) if check_files):
        if not needed.is_file():
            raise DataError(f"images.txt: file {needed.parent.name}/{needed.name} is missing; every row needs its file")
    return SampleSet("cub", SINGLE, classes, tuple(samples), channels=3)


def _members(folder: Path, numbers: list[int]) -> dict[int, dict[Path, str]]:
    """Class number -> path below images/ -> image number, for the wanted classes, in table order."""
    paths = _pairs(folder / "images.txt")
    members: dict[int, dict[Path, str]] = {number: {} for number in numbers}
    for image, kind in _pairs(folder / "image_class_labels.txt").items():
        if image not in paths:
            raise DataError(f"image_class_labels.txt: image {image!r} is not in images.txt")
        number = int(tables.number(kind, f"image_class_labels.txt image {image}", "class"))
        if number in members:
            members[number][Path(paths[image])] = image
    return members


def _names(folder: Path) -> dict[int, str]:
    """Class number -> full name: classes.txt, else the folders named in images.txt."""
    if (folder / "classes.txt").is_file():
        return {int(number): name for number, name in _pairs(folder / "classes.txt").items()}
    found = {Path(path).parts[0] for path in _pairs(folder / "images.txt").values()}
    return {int(name.split(".")[0]): name for name in sorted(found)}


def _class_number(name: str, names: dict[int, str]) -> int:
    for number, full in names.items():
        if name == full or name == f"{number:03d}":
            return number
    raise DataError(f"data cub: class {name!r} is not one of the {len(names)} of classes.txt, such as '003'")


def _pairs(path: Path) -> dict[str, str]:
    """`KEY VALUE` per line, all keys distinct. Raises DataError."""
    found: dict[str, str] = {}
    for where, cells in _lines(path, 2):
        if found.setdefault(cells[0], cells[1]) != cells[1]:
            raise DataError(f"{where}: {cells[0]!r} is listed twice with two values")
    return found


def _boxes(path: Path) -> dict[str, Box]:
    if not path.is_file():
        return {}
    found = {}
    for where, cells in _lines(path, 5):
        found[cells[0]] = checked_box(
            "bird", [tables.number(cell, where, "box") for cell in cells[1:]], FAR, FAR, where
        )
    return found


def _lines(path: Path, cells: int) -> list[tuple[str, list[str]]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"{path.name}: cannot be read in folder {path.parent.name!r} ({error.strerror})") from error
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        parts = line.split()
        if len(parts) != cells:
            raise DataError(f"{path.name} row {number}: {len(parts)} values; allowed are {cells}")
        found.append((f"{path.name} row {number}", parts))
    return found
