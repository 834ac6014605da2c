"""Files of made data sets: gray pictures, tables, and how their DICOM files are stored."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.data.atomic_file import replaced_file
from training.phantoms.dicom_writer import FileSpec
from training.phantoms.made_data import MadeData


def save_gray(path: Path, image: NDArray[np.float32]) -> None:
    """8-bit gray, as published. image: [H,W] in [0,1]. The suffix tells the format; JPEG at quality 95."""
    picture = Image.fromarray(np.rint(image * 255).astype(np.uint8))
    if path.suffix == ".jpg":
        picture.save(path, quality=95)
    else:
        picture.save(path)


def write_table(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A CSV file, whole or not at all."""
    with replaced_file(path) as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def dicom_spec(made: MadeData, spec: FileSpec) -> FileSpec:
    """Lossless JPEG as archives keep it; uncompressed for sketches, as the encoder costs more than the drawing."""
    return replace(spec, syntax="explicit" if made.fast else "jpeg-lossless")
