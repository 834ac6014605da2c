"""From a record's file to gray values in [0, 1], bright = dense."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.data.records import DataError, Record

DICOM_SUFFIXES = (".dcm", ".dicom")


def load_gray(record: Record, *, intensity: str = "stored-range") -> NDArray[np.float32]:
    """float32 [rows, columns] in [0, 1]. Raises DataError for a file that cannot be read.

    intensity: rule for DICOM files (inference.preprocessing.INTENSITY_RULES); PNG and JPEG files are already 8 or 16 bit
    display values and are only divided by their range.
    """
    path = Path(record.image_path)
    if path.suffix.lower() in DICOM_SUFFIXES:
        return _load_dicom(path, intensity)
    return load_picture(path)


def load_picture(path: Path) -> NDArray[np.float32]:
    """A PNG or JPEG as float32 [rows, columns] in [0, 1]; colour (some NIH files are RGBA) becomes luminance."""
    try:
        with Image.open(path) as picture:
            if picture.mode.startswith(("I", "F")):
                return (np.asarray(picture, dtype=np.float32) / 65535.0).clip(0, 1)
            # Alpha is dropped first: PIL would otherwise keep LA and RGBA's transparent black.
            flat = picture.convert("RGB").convert("L") if picture.mode in ("RGBA", "LA", "P") else picture.convert("L")
            return np.asarray(flat, dtype=np.float32) / 255.0
    except (OSError, ValueError, SyntaxError) as error:
        raise DataError(
            f"{path.name}: cannot be read as a picture ({type(error).__name__}); allowed are PNG, JPEG, DICOM"
        ) from error


def _load_dicom(path: Path, intensity: str) -> NDArray[np.float32]:
    # Imported here so that the other readers work without DICOM decoders.
    from inference.dicom import DicomRefusal, model_grayscale, preparse, shared_pool

    try:
        header = preparse(path)
        pixels = shared_pool().decode(path, header)
    except DicomRefusal as refusal:
        raise DataError(f"{path.name}: {refusal.code}: {refusal.text}") from refusal
    return np.asarray(model_grayscale(header, pixels, intensity), dtype=np.float32)
