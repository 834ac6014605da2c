"""What a retraining would learn from, in counts: reviewed cases of the project, registered folders, drawn phantoms."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.priors.identity import names_somebody
from webapp.reveal.label_kind import LabelKind
from webapp.training_set.kept_back import kept_back_of
from webapp.training_set.labels import Label
from webapp.training_set.ready_cases import sorted_by_release
from webapp.training_set.select_cases import LeftOut, select_cases

REVIEWED = "reviewed"  # name of the part that is exported
DRAWN = ("lung_opacity", "pleural_effusion", "cardiomegaly")  # what phantoms show: training/data/records.py
IN_REFERENCE = "in_reference_set"  # the code under which webapp.change_plans keeps images back from training
# Tables that training reads, and their columns that are no findings (training/data/reviewed.py, training/data/folder.py).
TABLES: dict[str, tuple[str, ...]] = {
    "cases.csv": (
        "file", "sha256", "patient", "view", "boxes", "readers", "bundle", "kinds", "unaided", "draw_probability",
    ),
    "images.csv": ("file", "patient", "view", "split", "age", "sex", "boxes", "masks"),
}  # fmt: skip
VALUES = {"1": "present", "0": "absent", "-1": "uncertain"}


@dataclass
class Part:
    """findings: name -> present, absent, uncertain, and each kind of label. problem: why it cannot be used."""

    name: str
    images: int = 0
    patients: int = 0
    findings: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    left_out: list[LeftOut] = field(default_factory=list)
    problem: str = ""

    def document(self) -> dict[str, Any]:
        """As it is kept: counts alone, no case by name."""
        reasons = Counter(one.code for one in self.left_out)
        return {
            "name": self.name, "images": self.images, "patients": self.patients,
            "findings": {name: dict(counts) for name, counts in sorted(self.findings.items())},
            "left_out": {code: count for code, count in sorted(reasons.items()) if code != "in_study"},
        }  # fmt: skip


def reviewed_part(user: User, project: Project) -> Part:
    """Reviewed cases that may be exported now, as this person is let see them."""
    selection = select_cases(user, project)
    ready, _, held = sorted_by_release(selection.cases, project)
    part = Part(REVIEWED, len(ready), len({_person(case.image) for case in ready}))
    part.left_out = [*selection.left_out, *held]
    count_labels(part, (case.labels for case in ready))
    return part


def has_reference(project: Project) -> bool:
    """Whether a reference set keeps images of the project out of trainings."""
    return any(rule.code == IN_REFERENCE for rule in kept_back_of(project).values())


def count_labels(part: Part, labels: Iterable[Mapping[str, Label]]) -> None:
    """Adds what these images are labelled with."""
    for own in labels:
        for name, label in own.items():
            part.findings[name][VALUES[str(label.value)]] += 1
            part.findings[name][label.kind.value] += 1


def folder_part(name: str) -> Part:
    """A registered folder, by its table alone: no image is opened here."""
    part, folder = Part(name), settings.TRAINING_DATA.get(name)
    table = next((folder / own for own in TABLES if (folder / own).is_file()), None) if folder else None
    if folder is None or table is None:
        known = ", ".join(settings.TRAINING_DATA) or "none"
        part.problem = (
            f"folder {name[:40]!r} has none of the tables {', '.join(TABLES)}" if folder else
            f"folder {name[:40]!r} is not one of those registered: {known}"
        )  # fmt: skip
        return part
    try:
        _count_table(part, table)
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        part.problem = f"{table.name} of folder {name!r} cannot be read: {type(error).__name__}"
    return part


def _count_table(part: Part, table: Path) -> None:
    patients = set()
    with table.open(newline="", encoding="utf-8-sig") as handle:
        for row in csv.DictReader(handle):
            part.images += 1
            patients.add(row.get("patient"))
            kinds = dict(one.partition(":")[::2] for one in (row.get("kinds") or "").split(";") if one)
            for name, value in row.items():
                said = VALUES.get((value or "").strip().removesuffix(".0")) if name not in TABLES[table.name] else None
                if said:
                    part.findings[name][said] += 1
                    part.findings[name][kinds.get(name, LabelKind.IMPORTED.value)] += 1
    part.patients = len(patients)


def class_rows(parts: Sequence[Part], findings: Sequence[str]) -> list[dict[str, Any]]:
    """One row per finding of the base: what all parts together hold."""
    rows = []
    for name in findings:
        total: Counter[str] = sum((part.findings[name] for part in parts if name in part.findings), Counter())
        known = total["present"] + total["absent"]
        share = f"{100 * total['present'] / known:.0f} %" if known else "no label"
        kinds = [{"kind": kind, "title": kind.label, "count": total[kind.value]} for kind in LabelKind]
        rows.append({"name": name, "share": share, "kinds": kinds, **{key: total[key] for key in VALUES.values()}})
    return rows


def data_problems(parts: Sequence[Part], findings: Sequence[str], phantoms: int) -> list[str]:
    """What stands in the way of training; empty where nothing does."""
    problems = [part.problem for part in parts if part.problem]
    if not phantoms and not any(part.images for part in parts):
        return problems or [
            "There is nothing to train on: no reviewed case, no image of a registered folder, no phantom."
        ]
    for name in findings:
        total: Counter[str] = sum((part.findings[name] for part in parts if name in part.findings), Counter())
        if phantoms and name in DRAWN:
            continue
        missing = [said for said in ("present", "absent") if not total[said]]
        if missing:
            problems.append(
                f"Finding {name}: no label says {' and none '.join(missing)}; the base has this finding, and it needs both."
            )
    return problems


def _person(image: Image) -> tuple[str, str]:
    is_named = names_somebody(image.patient_id)
    return (image.patient_id, "") if is_named else (image.patient_id, image.study_instance_uid)
