"""Lossless encoders for one gray frame, by short name."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydicom.pixels import get_encoder
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from training.phantoms import jpeg_lossless

ENCODERS: dict[str, UID] = {
    "implicit": ImplicitVRLittleEndian,
    "explicit": ExplicitVRLittleEndian,
    "deflated": DeflatedExplicitVRLittleEndian,
    "rle": RLELossless,
    "jpeg-lossless": JPEGLosslessSV1,
    "jpeg-ls": JPEGLSLossless,
    "j2k": JPEG2000Lossless,
}


def encode_frame(values: NDArray[np.uint8 | np.uint16], bits: int, photometric: str, syntax: str) -> bytes:
    """The code stream of a [rows, columns] frame. Raises ValueError when the encoder's package is absent."""
    if syntax == "jpeg-lossless":
        return jpeg_lossless.encode(values, bits)
    encoder = get_encoder(ENCODERS[syntax])
    if not encoder.is_available:
        raise ValueError(f"syntax {syntax!r} has no encoder here: {'; '.join(encoder.missing_dependencies)}")
    return bytes(
        encoder.encode(
            values.tobytes(),
            rows=values.shape[0],
            columns=values.shape[1],
            number_of_frames=1,
            samples_per_pixel=1,
            bits_allocated=values.dtype.itemsize * 8,
            bits_stored=bits,
            pixel_representation=0,
            photometric_interpretation=photometric,
        )
    )
