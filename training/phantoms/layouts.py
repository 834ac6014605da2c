"""Phantom sets of any size in the layouts of the data sets, so that every reader can be run without those sets."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from training.data.chestxray14_samples import PAPER_003
from training.data.rsna import CLASSES
from training.phantoms.dicom_writer import FileSpec, uid, write_dx
from training.phantoms.draw import Phantom
from training.phantoms.layouts_cases import write_chexpert, write_folder, write_reviewed
from training.phantoms.layouts_pictures import write_busi, write_cub
from training.phantoms.made_data import LABEL_SIGN, MadeData, Progress, draw_case, takes_turn
from training.phantoms.made_files import dicom_spec, save_gray, write_table
from training.phantoms.sketch import ATELECTASIS, EDEMA, EFFUSION, HEART, OPACITY

NIH_NAMES = {
    OPACITY: "Infiltration", EFFUSION: "Effusion", HEART: "Cardiomegaly", ATELECTASIS: "Atelectasis", EDEMA: "Edema",
}  # fmt: skip
NIH_HEADER = (
    "Image Index", "Finding Labels", "Follow-up #", "Patient ID", "Patient Age", "Patient Gender", "View Position",
    "OriginalImage[Width", "Height]", "OriginalImagePixelSpacing[x", "y]",
)  # fmt: skip
VISITS = 3  # images of one patient: every third image starts a new patient
NORMAL, LUNG_OPACITY, THIRD = CLASSES


def write_chestxray14(folder: Path, made: MadeData, progress: Progress = len) -> None:
    """images/*.png, Data_Entry_2017.csv, BBox_List_2017.csv (boxes in the images' own pixels) and masks/*.png.

    Sketches, and sets with `classes`, have one label per image in turns; the default is 003's four classes."""
    folder = Path(folder)
    for name in ("images", "masks"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    classes = made.classes or (PAPER_003 if made.fast else ())
    rows: list[Sequence[object]] = []
    boxes: list[Sequence[object]] = []
    visits = made.per_patient or VISITS
    for index in range(made.count):
        label = classes[index % len(classes)] if classes else ""
        signs = None if not label else tuple(filter(None, [LABEL_SIGN.get(label)]))
        phantom = draw_case(made, index, signs, VISITS)
        person, visit = made.person(index, VISITS), index % visits
        stem = f"{person + 1:08d}_{visit:03d}"
        names = NIH_NAMES | ({signs[0]: label} if signs else {})
        save_gray(folder / "images" / f"{stem}.png", phantom.image)
        for key, mask in phantom.masks.items():
            Image.fromarray(mask.astype(np.uint8) * 255).save(folder / "masks" / f"{stem}_{key}.png")
        rows.append(_nih_row(f"{stem}.png", phantom, visit, person + 1, names))
        boxes += [
            # The published box table spells one label in its own way.
            [
                f"{stem}.png",
                names[box.key].replace("Infiltration", "Infiltrate"),
                *(f"{n:.3f}" for n in box[1:]),
                "",
                "",
                "",
            ]
            for box in phantom.boxes
        ]
        progress(stem)
    # The published header splits its bracketed names at their commas too, so the rows align with it.
    write_table(folder / "Data_Entry_2017.csv", NIH_HEADER, rows)
    write_table(
        folder / "BBox_List_2017.csv", ("Image Index", "Finding Label", "Bbox [x", "y", "w", "h]", "", "", ""), boxes
    )


def write_rsna(folder: Path, made: MadeData, progress: Progress = len) -> None:
    """stage_2_train_images/ID.dcm and both tables.

    Drawn phantoms: class by lung_opacity, another finding alone makes the third class. Sketches, and sets with
    `third_class`: that share of the third class (default 1 in 5), the others in turns normal and opacity."""
    folder = Path(folder)
    (folder / "stage_2_train_images").mkdir(parents=True, exist_ok=True)
    labels: list[Sequence[object]] = []
    classes: list[Sequence[object]] = []
    kinds = _rsna_kinds(made)
    for index in range(made.count):
        phantom = draw_case(made, index, None if kinds is None else _rsna_signs(kinds[index], index))
        image = f"phantom-{uid('rsna', made.seed + index)[-12:]}-{index:05d}"
        write_dx(folder / "stage_2_train_images" / f"{image}.dcm", phantom, dicom_spec(made, FileSpec(bits=8)))
        positive = phantom.findings[OPACITY]
        kind = LUNG_OPACITY if positive else THIRD if any(phantom.findings.values()) else NORMAL
        found = [box for box in phantom.boxes if box.key == OPACITY]
        for box in found if positive else [None]:
            numbers = [""] * 4 if box is None else [f"{n:.1f}" for n in box[1:]]
            labels.append([image, *numbers, int(positive)])
            classes.append([image, kind])
        progress(image)
    write_table(folder / "stage_2_train_labels.csv", ("patientId", "x", "y", "width", "height", "Target"), labels)
    write_table(folder / "stage_2_detailed_class_info.csv", ("patientId", "class"), classes)
    note = {
        "note": "Synthetic phantoms in the layout of the RSNA challenge; boxes in the images' own pixels.",
        "image_side": made.size,
    }
    (folder / "phantoms.json").write_text(json.dumps(note) + "\n", encoding="utf-8")


def _rsna_kinds(made: MadeData) -> list[str] | None:
    """The class of every image, or None where chance decides."""
    if not made.fast and made.third_class is None:
        return None
    share = 0.2 if made.third_class is None else made.third_class
    kinds, turn = [], 0
    for index in range(made.count):
        is_third = takes_turn(index, share)
        kinds.append(THIRD if is_third else (LUNG_OPACITY, NORMAL)[turn % 2])
        turn += not is_third
    return kinds


def _rsna_signs(kind: str, index: int) -> tuple[str, ...]:
    if kind == LUNG_OPACITY:
        return (OPACITY,)
    return () if kind == NORMAL else ((EFFUSION, HEART)[index % 2],)


def _nih_row(name: str, phantom: Phantom, visit: int, person: int, names: dict[str, str]) -> list[object]:
    found = "|".join(sorted(names[key] for key, present in phantom.findings.items() if present)) or "No Finding"
    patient, (height, width) = phantom.patient, phantom.image.shape
    spacing = [f"{value:.3f}" for value in phantom.pixel_spacing]
    return [name, found, visit, person, int(patient.age_years), patient.sex, phantom.view, width, height, *spacing]


Writer = Callable[[Path, MadeData, Progress], None]
LAYOUTS: dict[str, Writer] = {
    "chexpert": write_chexpert,
    "chestxray14": write_chestxray14,
    "rsna": write_rsna,
    "busi": write_busi,
    "cub": write_cub,
    "reviewed": write_reviewed,
    "folder": write_folder,
}
