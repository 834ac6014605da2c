"""Phantom sets of any size in the layouts of the public data sets, so that every reader can be run without those sets."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from training.phantoms.dicom_writer import FileSpec, uid, write_dx
from training.phantoms.draw import Phantom, draw_phantom

NIH_NAMES = {"lung_opacity": "Infiltration", "pleural_effusion": "Effusion", "cardiomegaly": "Cardiomegaly"}
NIH_BOX_NAMES = {**NIH_NAMES, "lung_opacity": "Infiltrate"}  # the published box table spells it so
NIH_HEADER = (
    "Image Index", "Finding Labels", "Follow-up #", "Patient ID", "Patient Age", "Patient Gender", "View Position",
    "OriginalImage[Width", "Height]", "OriginalImagePixelSpacing[x", "y]",
)  # fmt: skip
VISITS = 3  # images of one patient at most: every third image starts a new patient

Progress = Callable[[str], object]


def write_chestxray14(folder: Path, count: int, seed: int, size: int, confounder: float, progress: Progress) -> None:
    """images/*.png, Data_Entry_2017.csv, BBox_List_2017.csv (boxes in the images' own pixels) and masks/*.png."""
    folder = Path(folder)
    for name in ("images", "masks"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    rows: list[list[object]] = []
    boxes: list[list[object]] = []
    for index in range(count):
        person, visit = index // VISITS, index % VISITS
        phantom = draw_phantom(seed + index, size=size, patient_seed=seed + person, confounder=confounder)
        stem = f"{person + 1:08d}_{visit:03d}"
        save_png(folder / "images" / f"{stem}.png", phantom)
        for key, mask in phantom.masks.items():
            Image.fromarray(mask.astype(np.uint8) * 255).save(folder / "masks" / f"{stem}_{key}.png")
        rows.append(_nih_row(f"{stem}.png", phantom, visit, person + 1, size))
        boxes += [
            [f"{stem}.png", NIH_BOX_NAMES[box.key], *(f"{n:.3f}" for n in box[1:]), "", "", ""] for box in phantom.boxes
        ]
        progress(stem)
    # The published header splits its bracketed names at their commas too, so the rows align with it.
    _write(folder / "Data_Entry_2017.csv", NIH_HEADER, rows)
    _write(
        folder / "BBox_List_2017.csv", ("Image Index", "Finding Label", "Bbox [x", "y", "w", "h]", "", "", ""), boxes
    )


def write_rsna(folder: Path, count: int, seed: int, size: int, confounder: float, progress: Progress) -> None:
    """stage_2_train_images/ID.dcm and both tables. Class by lung_opacity; another finding alone makes the third class."""
    folder = Path(folder)
    (folder / "stage_2_train_images").mkdir(parents=True, exist_ok=True)
    labels: list[list[object]] = []
    classes: list[list[object]] = []
    for index in range(count):
        phantom = draw_phantom(seed + index, size=size, confounder=confounder)
        image = f"phantom-{uid('rsna', seed + index)[-12:]}-{index:05d}"
        write_dx(folder / "stage_2_train_images" / f"{image}.dcm", phantom, FileSpec(bits=8, syntax="jpeg-lossless"))
        positive = phantom.findings["lung_opacity"]
        kind = (
            "Lung Opacity"
            if positive
            else "No Lung Opacity / Not Normal"
            if any(phantom.findings.values())
            else "Normal"
        )
        found = [box for box in phantom.boxes if box.key == "lung_opacity"]
        for box in found if positive else [None]:
            numbers = [""] * 4 if box is None else [f"{n:.1f}" for n in box[1:]]
            labels.append([image, *numbers, int(positive)])
            classes.append([image, kind])
        progress(image)
    _write(folder / "stage_2_train_labels.csv", ("patientId", "x", "y", "width", "height", "Target"), labels)
    _write(folder / "stage_2_detailed_class_info.csv", ("patientId", "class"), classes)
    note = {
        "note": "Synthetic phantoms in the layout of the RSNA challenge; boxes in the images' own pixels.",
        "image_side": size,
    }
    (folder / "phantoms.json").write_text(json.dumps(note) + "\n", encoding="utf-8")


def save_png(path: Path, phantom: Phantom) -> None:
    """8-bit gray, as published."""
    Image.fromarray(np.rint(phantom.image * 255).astype(np.uint8)).save(path)


def _nih_row(name: str, phantom: Phantom, visit: int, person: int, size: int) -> list[object]:
    names = "|".join(sorted(NIH_NAMES[key] for key, present in phantom.findings.items() if present)) or "No Finding"
    patient = phantom.patient
    spacing = [f"{value:.3f}" for value in phantom.pixel_spacing]
    return [name, names, visit, person, int(patient.age_years), patient.sex, phantom.view, size, size, *spacing]


def _write(path: Path, header: tuple[str, ...], rows: list[list[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
