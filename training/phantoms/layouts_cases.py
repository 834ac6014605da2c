"""Phantom sets of cases with several labels each: CheXpert's layout and the application's own export."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from inference.file_sha256 import file_sha256
from training.data.chexpert import CHEXPERT_LABELS, FIVE
from training.data.folder import NO_LESION, TABLE
from training.data.records import FINDINGS
from training.data.reviewed import COLUMNS as REVIEWED_COLUMNS
from training.phantoms.dicom_writer import FileSpec, write_dx
from training.phantoms.draw import Phantom
from training.phantoms.made_data import LABEL_SIGN, MadeData, Progress, draw_case
from training.phantoms.made_files import dicom_spec, save_gray, write_table

CHEXPERT_HEADER = ("Path", "Sex", "Age", "Frontal/Lateral", "AP/PA", *CHEXPERT_LABELS)
STUDIES = 2  # images of one CheXpert patient, each a study
VALID_SHARE = 0.25  # of the images, the last ones
LATERAL_EVERY = 8
LABEL_SHARE = 0.4
BLANK_SHARE = 0.5  # of the negatives, which CheXpert mostly leaves blank
NOT_JUDGED_SHARE = 0.1
SEX = {"M": "Male", "F": "Female"}


def write_chexpert(folder: Path, made: MadeData, progress: Progress = len) -> None:
    """train.csv, valid.csv and PATIENT/STUDY/view1_frontal.jpg below train/ and valid/.

    The five labels of paper 000 are drawn, each in two of five images; the first image of a table shows all, the second
    none. Consolidation and the rest of CHEXPERT_LABELS: Lung Opacity follows Consolidation, No Finding the absence of
    all, others are blank. Every eighth image is a squeezed one that stands for a lateral view. `uncertain` turns that
    share of the training labels into -1."""
    folder = Path(folder)
    own = made.per_patient or STUDIES
    patients = -(-made.count // own)
    first_valid = (patients - max(1, round(VALID_SHARE * patients))) * own if patients > 1 else made.count
    rows: dict[str, list[Sequence[object]]] = {"train": [], "valid": []}
    for index in range(made.count):
        split = "train" if index < first_valid else "valid"
        rng = np.random.default_rng([made.seed, index, 15])
        labels = _drawn_labels(len(rows[split]), rng)
        # Consolidation is drawn as an opacity; two labels with one sign would be told apart by nothing.
        phantom = draw_case(made, index, [LABEL_SIGN[name] for name in labels], STUDIES)
        is_lateral = len(rows[split]) % LATERAL_EVERY == LATERAL_EVERY - 1
        image = phantom.image[:, ::2].repeat(2, axis=1) if is_lateral else phantom.image
        place = f"{split}/patient{made.person(index, STUDIES) + 1:05d}/study{index % own + 1}"
        view = "view1_lateral" if is_lateral else "view1_frontal"
        (folder / place).mkdir(parents=True, exist_ok=True)
        save_gray(folder / place / f"{view}.jpg", image)
        head = [
            f"CheXpert-v1.0-small/{place}/{view}.jpg", SEX[phantom.patient.sex], int(phantom.patient.age_years),
            "Lateral" if is_lateral else "Frontal", "" if is_lateral else phantom.view,
        ]  # fmt: skip
        cells = _chexpert_cells(labels, made.uncertain if split == "train" else 0.0, rng)
        rows[split].append([*head, *(cells[name] for name in CHEXPERT_LABELS)])
        progress(place)
    for split, own_rows in rows.items():
        write_table(folder / f"{split}.csv", CHEXPERT_HEADER, own_rows)


def write_reviewed(folder: Path, made: MadeData, progress: Progress = len) -> None:
    """cases.csv and images/*.dcm as the application exports reviewed cases; some findings are not judged (blank)."""
    folder = Path(folder)
    (folder / "images").mkdir(parents=True, exist_ok=True)
    rows: list[Sequence[object]] = []
    for index in range(made.count):
        rng = np.random.default_rng([made.seed, index, 16])
        phantom = draw_case(made, index, None)
        path = folder / "images" / f"case-{index + 1:05d}.dcm"
        write_dx(path, phantom, dicom_spec(made, FileSpec(bits=12)))
        cells = []
        for key in FINDINGS:
            judged = rng.random() >= NOT_JUDGED_SHARE
            cells.append("" if not judged else "-1" if rng.random() < made.uncertain else int(phantom.findings[key]))
        boxes = ";".join(f"{box.key}:{box.x:g},{box.y:g},{box.w:g},{box.h:g}" for box in phantom.boxes)
        digest = file_sha256(path)
        patient = f"P{made.person(index, 1) + 1:05d}"
        rows.append(
            [f"images/{path.name}", digest, patient, phantom.view, *cells, boxes, "reader-1 reader-2", "demo-cxr-1.0.0"]
        )
        progress(path.stem)
    file, sha256, patient_column, view, *rest = REVIEWED_COLUMNS
    write_table(folder / "cases.csv", (file, sha256, patient_column, view, *FINDINGS, *rest), rows)


FOLDER_HEADER = ("file", "patient", "view", "split", "age", "sex", *FINDINGS, "boxes", "masks")


def write_folder(folder: Path, made: MadeData, progress: Progress = len) -> None:
    """images.csv, images/*.png and masks/*.png: a folder of one's own, without a split."""
    folder = Path(folder)
    for name in ("images", "masks"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    rows: list[Sequence[object]] = []
    for index in range(made.count):
        rows.append(folder_row(folder, f"case-{index + 1:05d}", draw_case(made, index, None), ""))
        rows[-1][1] = f"P{made.person(index, 1) + 1:05d}"  # type: ignore[index]
        progress(f"case-{index + 1:05d}")
    write_table(folder / TABLE, FOLDER_HEADER, rows)


def folder_row(folder: Path, stem: str, phantom: Phantom, split: str) -> list[object]:
    """Write image and masks of one phantom; returns its row of images.csv, with `stem` as the patient."""
    save_gray(folder / "images" / f"{stem}.png", phantom.image)
    masks = {key: mask for key, mask in phantom.masks.items() if key in FINDINGS}
    for key, mask in masks.items():
        Image.fromarray(mask.astype(np.uint8) * 255).save(folder / "masks" / f"{stem}_{key}.png")
    found = ";".join(f"{key}:masks/{stem}_{key}.png" for key in masks) or NO_LESION
    boxes = ";".join(
        f"{box.key}:{box.x:g},{box.y:g},{box.w:g},{box.h:g}" for box in phantom.boxes if box.key in FINDINGS
    )
    labels = [int(phantom.findings.get(key, False)) for key in FINDINGS]
    person = phantom.patient
    return [f"images/{stem}.png", stem, phantom.view, split, int(person.age_years), person.sex, *labels, boxes, found]


def _drawn_labels(row: int, rng: np.random.Generator) -> list[str]:
    chance = rng.random(len(FIVE))
    if row < 2:
        return list(FIVE) if row == 0 else []
    return [name for name, value in zip(FIVE, chance, strict=True) if value < LABEL_SHARE]


def _chexpert_cells(present: list[str], uncertain: float, rng: np.random.Generator) -> dict[str, str]:
    cells = dict.fromkeys(CHEXPERT_LABELS, "")
    for name in FIVE:
        doubt, blank = rng.random(2)
        negative = "" if blank < BLANK_SHARE else "0.0"
        cells[name] = "-1.0" if doubt < uncertain else "1.0" if name in present else negative
    cells["No Finding"] = "" if present else "1.0"
    cells["Lung Opacity"] = "1.0" if "Consolidation" in present else ""
    return cells
