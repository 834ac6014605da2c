"""CheXpert (Irvin et al., AAAI 2019) in its published layout: train.csv, valid.csv and the pictures they name."""

from __future__ import annotations

from pathlib import Path

from training.data import tables
from training.data.records import DataError
from training.data.samples import MULTILABEL, UNKNOWN, Sample, SampleSet
from training.data.settings import DataSettings

CHEXPERT_LABELS = (
    "No Finding", "Enlarged Cardiomediastinum", "Cardiomegaly", "Lung Opacity", "Lung Lesion", "Edema", "Consolidation",
    "Pneumonia", "Atelectasis", "Pneumothorax", "Pleural Effusion", "Pleural Other", "Fracture", "Support Devices",
)  # fmt: skip
FIVE = ("Atelectasis", "Cardiomegaly", "Consolidation", "Edema", "Pleural Effusion")  # paper 000, in this order
COLUMNS = ("Path", "Sex", "Age", "Frontal/Lateral", "AP/PA")
TABLES = ("train", "valid")
LATERAL = "LATERAL"

# What an uncertain label (-1) becomes. paper000: 000 section 4.1; libauc: the loader of LibAUC, which the paper does not say it
# left. `ignore` leaves it unknown, so that loss and metrics pass over it.
POSITIVE_IF_UNCERTAIN = {"paper000": ("Cardiomegaly", "Edema"), "libauc": ("Edema", "Atelectasis")}
POLICIES = ("paper000", "libauc", "ones", "zeros", "ignore")


def read_chexpert(settings: DataSettings, folder: Path, check_files: bool = True) -> SampleSet:
    """Images of train.csv and valid.csv (one of the two is enough), multi-label.

    A blank label is 0, as LibAUC reads it; -1 follows settings.policy (default paper000). Patient = the folder
    patientNNNNN, image id = the path below the data set's folder without suffix. Raises DataError.
    """
    policy = uncertain_policy(settings.policy, "paper000")
    for name in settings.classes:
        if name not in CHEXPERT_LABELS:
            raise DataError(f"data chexpert: class {name!r} is not one of {', '.join(CHEXPERT_LABELS)}")
    if settings.task not in ("", MULTILABEL):
        raise DataError(f"data chexpert: task {settings.task!r} is not {MULTILABEL}")
    classes = settings.classes or FIVE
    samples = []
    for split in TABLES:
        if (folder / f"{split}.csv").is_file():
            samples += _read_table(folder, split, classes, policy, settings, check_files)
    return SampleSet("chexpert", MULTILABEL, classes, tuple(samples))


def uncertain_policy(name: str, default: str) -> str:
    """The policy or its default. Raises DataError for one that is not in POLICIES."""
    if name and name not in POLICIES:
        raise DataError(f"data policy {name!r} is not one of {', '.join(POLICIES)}")
    return name or default


def label_value(cell: str, label: str, policy: str, where: str, *, blank: float = 0.0) -> float:
    """1, 0 or NaN of a cell that may hold 1, 0, -1 (uncertain) or nothing. Raises DataError for anything else."""
    if not cell.strip():
        return blank
    value = tables.number(cell, where, label)
    if value in (0.0, 1.0):
        return value
    if value != -1.0:
        raise DataError(
            f"{where}: {label} {cell!r} is not 1, 0, -1 or blank; a column that is no finding is left out by naming the findings:"
            " [data] classes = [...]"
        )
    if policy == "ignore":
        return UNKNOWN
    return float(policy == "ones" or label in POSITIVE_IF_UNCERTAIN.get(policy, ()))


def _read_table(
    folder: Path, split: str, classes: tuple[str, ...], policy: str, settings: DataSettings, check_files: bool
) -> list[Sample]:
    found = []
    for where, row in tables.rows(folder / f"{split}.csv", (*COLUMNS, *classes)):
        view = _view(row["Frontal/Lateral"], row["AP/PA"], where)
        if not settings.takes_view(view):
            continue
        parts = Path(row["Path"]).parts
        if split not in parts or len(parts) - parts.index(split) < 3:
            raise DataError(f"{where}: Path {row['Path']!r} is not .../{split}/PATIENT/STUDY/IMAGE")
        inner = parts[parts.index(split) :]
        path = folder.joinpath(*inner)
        if check_files and not path.is_file():
            raise DataError(f"{where}: image {'/'.join(inner)} is missing; every row needs its file")
        labels = tuple(label_value(row[name], name, policy, where) for name in classes)
        age = tables.number(row["Age"], where, "Age") if row["Age"].strip() else None
        name = Path(*inner).with_suffix("").as_posix()
        sex = {"Male": "M", "Female": "F"}.get(row["Sex"], "")
        found.append(Sample(path, name, inner[1], labels, view=view, official_split=split, age_years=age, sex=sex))
    return found


def _view(side: str, projection: str, where: str) -> str:
    """AP, PA, LATERAL, or "" for a frontal image of another or no stated projection (LL, RL occur)."""
    if side not in ("Frontal", "Lateral"):
        raise DataError(f"{where}: Frontal/Lateral {side!r} is not Frontal or Lateral")
    if side == "Lateral":
        return LATERAL
    return projection if projection in ("AP", "PA") else ""
