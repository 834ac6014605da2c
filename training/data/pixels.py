"""From a file to gray values in [0, 1], bright = dense."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.intensity import rescale_intensity
from inference.preprocessing import InputSpec, ModelInput
from training.data.records import DataError

DICOM_SUFFIXES = (".dcm", ".dicom")


def load_channels(path: Path, intensity: str, channels: int) -> NDArray[np.float32]:
    """float32 [channels, rows, columns] in [0, 1] after the intensity rule, exactly as serving applies it.

    channels: 1 (colour becomes luminance), or 3 for photographs, whose values are only divided by 255. Raises DataError.
    """
    if channels == 3:
        return load_colour(path)
    if is_dicom(path):
        return load_dicom(path, intensity)[None]
    picture = load_picture(path)
    try:
        return rescale_intensity(picture, intensity)[None]
    except ValueError as error:
        raise DataError(f"{path.name}: {error}") from error


def load_picture(path: Path) -> NDArray[np.float32]:
    """A PNG or JPEG as float32 [rows, columns] in [0, 1]; colour (some NIH files are RGBA) becomes luminance."""
    try:
        with Image.open(path) as picture:
            if picture.mode.startswith(("I", "F")):  # clip would hide an infinity, so what is no number stays as it is
                values = np.asarray(picture, dtype=np.float32) / 65535.0
                return values.clip(0, 1) if np.isfinite(values).all() else values
            # Alpha is dropped first: PIL would otherwise keep LA and RGBA's transparent black.
            flat = picture.convert("RGB").convert("L") if picture.mode in ("RGBA", "LA", "P") else picture.convert("L")
            return np.asarray(flat, dtype=np.float32) / 255.0
    except (OSError, ValueError, SyntaxError) as error:
        raise _unreadable(path, error) from error


def load_colour(path: Path) -> NDArray[np.float32]:
    """A photograph as float32 [3, rows, columns] in [0, 1]; gray ones get three equal channels."""
    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"), dtype=np.float32).transpose(2, 0, 1) / 255.0
    except (OSError, ValueError, SyntaxError) as error:
        raise _unreadable(path, error) from error


def load_dicom(path: Path, intensity: str) -> NDArray[np.float32]:
    """A DICOM file through the checks and the sandboxed decoder of serving. Raises DataError with the refusal."""
    # Imported here so that the other readers work without DICOM decoders.
    from inference.dicom import model_grayscale, preparse, shared_pool

    with _named_refusals(path):
        header = preparse(path)
        pixels = shared_pool().decode(path, header)
    return np.asarray(model_grayscale(header, pixels, intensity), dtype=np.float32)


def prepare_dicom_file(path: Path, spec: InputSpec) -> ModelInput:
    """The model input that serving makes of a DICOM file, resized in the decoding child, so that no full picture is
    sent back. Raises DataError with the refusal."""
    from inference.dicom import preparse, shared_pool

    with _named_refusals(path):
        header = preparse(path)
        return shared_pool().prepare(path, header, [spec])[0]


def is_dicom(path: Path) -> bool:
    """By its suffix; other files are pictures."""
    return path.suffix.lower() in DICOM_SUFFIXES


@contextlib.contextmanager
def _named_refusals(path: Path) -> Iterator[None]:
    from inference.dicom import DicomRefusal

    try:
        yield
    except DicomRefusal as refusal:
        raise DataError(f"{path.name}: {refusal.code}: {refusal.text}") from refusal
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> DataError:
    return DataError(f"{path.name}: cannot be read as a picture ({type(error).__name__}); allowed are PNG, JPEG, DICOM")
