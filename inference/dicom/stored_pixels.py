"""Decoded pixels: the stored values, before any lookup table."""

import hashlib
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class StoredPixels:
    """values: [rows, columns] uint8, int8, uint16 or int16 in native byte order, within BitsStored.

    decoder: library and version. sha256: of the values as little-endian bytes, row by row. tolerated: faults of the
    stream that only its decoder could see (names of inference.dicom.tolerances).
    """

    values: np.ndarray
    decoder: str
    sha256: str
    tolerated: tuple[str, ...] = ()


def stored_pixels(values: np.ndarray, decoder: str) -> StoredPixels:
    """Hashes `values` [rows, columns]."""
    return StoredPixels(values, decoder, pixel_sha256(values))


def pixel_sha256(values: np.ndarray) -> str:
    """SHA-256 of the values as little-endian bytes."""
    little = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
    return hashlib.sha256(little.data).hexdigest()
