"""Labels used for evaluation only: the radiologists' re-reading of ChestX-ray14 images in the RSNA challenge of 2018.

The challenge's terms do not allow shipping models trained on them; nothing here may reach the fit loop or a calibrator.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.cases import Cases
from training.data import tables

POSITIVE, NORMAL, THIRD = "Lung Opacity", "Normal", "No Lung Opacity / Not Normal"


def read_rsna_classes(folder: Path) -> dict[str, tuple[str, str]]:
    """Image id -> (RSNA class or "", NIH labels) of chestxray14_320/labels.csv. Raises DataError."""
    rows = tables.rows(Path(folder) / "labels.csv", ("nih_image", "nih_labels", "rsna_class"))
    return {Path(row["nih_image"]).stem: (row["rsna_class"], row["nih_labels"]) for _, row in rows}


def read_rsna_views(folder: Path) -> dict[str, str]:
    """RSNA image id -> view (PA or AP) of the NIH image it was made from, by chestxray14_320/labels.csv. Raises DataError."""
    rows = tables.rows(Path(folder) / "labels.csv", ("rsna_patientId", "view"))
    return {row["rsna_patientId"]: row["view"] for _, row in rows if row["rsna_patientId"]}


def opacity_truth(cases: Cases, classes: dict[str, tuple[str, str]], rsna_only: bool = False) -> NDArray[np.float64]:
    """1 for RSNA Lung Opacity; 0 for RSNA Normal or (unless rsna_only) NIH No Finding; NaN for all others. [n]"""
    truth = []
    for image in cases.ids:
        rsna, nih = classes.get(image, ("", ""))
        normal = rsna == NORMAL or (nih == "No Finding" and not rsna_only)
        truth.append(1.0 if rsna == POSITIVE else 0.0 if normal else np.nan)
    return np.array(truth)
