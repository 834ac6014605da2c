"""A folder of one's own: pictures or DICOM files anywhere below it, and images.csv that says what each shows.

Columns `file` and `patient`, and where wanted `view`, `split`, `age`, `sex`, `boxes`, `masks`; every other column is a
finding. Phantoms are drawn into this layout too.
"""

from __future__ import annotations

from pathlib import Path

from training.data import tables
from training.data.chexpert import label_value, uncertain_policy
from training.data.records import DataError
from training.data.reviewed import FAR, finding_columns, named_boxes
from training.data.samples import MULTILABEL, UNKNOWN, Sample, SampleSet
from training.data.settings import DataSettings

TABLE = "images.csv"
REQUIRED = ("file", "patient")
OPTIONAL = ("view", "split", "age", "sex", "boxes", "masks")
SPLIT_NAMES = ("train", "selection", "calibration", "evaluation", "")
NO_LESION = "none"


def read_folder(settings: DataSettings, folder: Path, check_files: bool = True) -> SampleSet:
    """One sample per row; classes are all finding columns unless the settings name some, task multilabel unless single.

    A label is 1, 0, -1 (uncertain, by the policy, default ignore) or blank: not known. boxes: `FINDING:x,y,w,h;…` in
    pixels of the file. masks: `FINDING:PATH;…`, pictures of the image's size, or `none` for no lesion; blank is not known.
    split: for rule `given`. image id = the path without suffix. Raises DataError naming row, value and what is allowed.
    """
    return _read(settings, folder, check_files)


def read_phantoms(settings: DataSettings, folder: Path, check_files: bool = True) -> SampleSet:
    """The same layout with drawn images: pictures of nobody, in the splits that their table names."""
    return _read(settings, folder, check_files, drawn=True)


def _read(settings: DataSettings, folder: Path, check_files: bool, drawn: bool = False) -> SampleSet:
    table = folder / TABLE
    findings = finding_columns(table, (*REQUIRED, *OPTIONAL))
    classes = settings.known_classes(findings)
    policy = uncertain_policy(settings.policy, "ignore")
    samples = []
    for where, row in tables.rows(table, (*REQUIRED, *classes)):
        view = tables.view(row.get("view") or "", where)
        if not settings.takes_view(view):
            continue
        path = _file(folder, row["file"], where, check_files)
        if not row["patient"].strip():
            raise DataError(f"{where}: patient is empty; splits need the person or a pseudonym")
        split = (row.get("split") or "").strip()
        if split not in SPLIT_NAMES:
            raise DataError(f"{where}: split {split!r} is not one of {', '.join(SPLIT_NAMES[:-1])} or empty")
        boxes = named_boxes(row.get("boxes") or "", findings, where, FAR)
        masks = _masks(folder, row.get("masks") or "", classes, findings, where)
        age = (row.get("age") or "").strip()
        samples.append(
            Sample(
                path, Path(row["file"]).with_suffix("").as_posix(), row["patient"],
                tuple(label_value(row[name], name, policy, where, blank=UNKNOWN) for name in classes),
                tuple(box for box in boxes if box.key in classes), tuple(masks.values()), bool((row.get("masks") or "").strip()),
                view, official_split=split, age_years=tables.number(age, where, "age") if age else None,
                sex=row.get("sex") or "", mask_columns=tuple(masks), drawn=drawn,
            )
        )  # fmt: skip
    return SampleSet(settings.name, settings.task or MULTILABEL, classes, tuple(samples))


def _file(folder: Path, text: str, where: str, check_files: bool) -> Path:
    inner = Path(text)
    if inner.is_absolute() or ".." in inner.parts or not inner.name:
        raise DataError(f"{where}: file {text!r} is not a path below the folder, such as images/1.png")
    if check_files and not (folder / inner).is_file():
        raise DataError(f"{where}: file {text} is missing; every row needs its file")
    return folder / inner


def _masks(folder: Path, cell: str, classes: tuple[str, ...], findings: tuple[str, ...], where: str) -> dict[int, Path]:
    """Position in the classes -> mask picture; masks of findings that are no class are left out."""
    found: dict[int, Path] = {}
    for part in filter(None, cell.strip().split(";")):
        if part == NO_LESION:
            continue
        key, colon, inner = part.partition(":")
        if not colon or key not in findings:
            raise DataError(f"{where}: mask {part!r} is not FINDING:PATH with a finding of {', '.join(findings)}")
        if key in classes:
            found[classes.index(key)] = _file(folder, inner, where, True)
    return found
