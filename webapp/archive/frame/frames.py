"""Pixels of a stored image: decoded in a child, turned into display frames, both cached in FRAME_CACHE_DIR.

Pixels that are decoded more quickly than unpacked (native, RLE) are not cached themselves.

Each call first hashes the stored file (about 9 ms for 10 MB): a file that was changed on disk gives IntegrityMismatch
and no image, even when the cache still holds its old pixels. The cache may be deleted at any time.
"""

import gzip
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import zstandard
from django.conf import settings

from inference.dicom.display import ENHANCED, DisplayFrame, display_frame, preview
from inference.dicom.header import DicomHeader
from inference.dicom.stored_pixels import StoredPixels, pixel_sha256
from inference.dicom.transfer_syntax import transfer_syntax
from inference.documents import HeaderDocument
from webapp.archive import children
from webapp.archive.exam import exam_of
from webapp.archive.frame.sealed_file import read_sealed, write_sealed
from webapp.archive.models import Image
from webapp.archive.storage import verified_path
from webapp.work.disk_space import disk_space

logger = logging.getLogger(__name__)
ZSTD_LEVEL = 3  # 25-70 ms and a third of the bytes for a CR of 6 MB
GZIP_LEVEL = 1  # 60-260 ms
ENCODINGS = ("zstd", "gzip", "identity")


@dataclass(frozen=True)
class EncodedFrame:
    """A display frame as it travels. body: uint16 little-endian samples, compressed by `encoding`."""

    description: HeaderDocument
    body: bytes
    encoding: str


def header_of(image: Image) -> DicomHeader:
    return DicomHeader.from_json(image.header)


def decoded(image: Image) -> StoredPixels:
    """Stored values of the image, from the cache or from a decoding child.

    Raises IntegrityMismatch, and DicomRefusal when the file cannot be decoded.
    """
    path = verified_path(image)
    header = header_of(image)
    kept = None if is_quick(header) else kept_pixels(image)
    if kept is not None:
        return kept
    pixels = children.decode(path, header)
    if not is_quick(header):
        keep_decoded(image, pixels)
    return pixels


def is_quick(header: DicomHeader) -> bool:
    """Whether a child decodes the pixels in less time than unpacking a kept copy takes."""
    return transfer_syntax(header.transfer_syntax_uid).is_quick


def display(image: Image, voi: str = "linear") -> DisplayFrame:
    """The frame `linear`, `preview`, `enhanced`, or that of a VOI item by its index. Raises ValueError for another `voi`."""
    header, pixels = header_of(image), decoded(image)
    if voi == "preview":
        return preview(display_frame(header, pixels, "linear"))
    return display_frame(header, pixels, voi)


def description(image: Image, voi: str = "linear") -> HeaderDocument:
    """The header document of a frame. Raises what `display` raises.

    What the file says about the exam is read anew: a frame outlives the table of terms that it was made under.
    """
    _check_voi(voi)
    verified_path(image)
    kept = read_sealed(cache_path(image, f"{voi}.json"))
    found = cast(HeaderDocument, kept[0]) if kept else _build(image, voi, "zstd").description
    exam = exam_of(image)
    warnings = list(dict.fromkeys([*found["quality"]["warnings"], *exam.warnings]))
    return {**found, "placement": exam.placement(), "quality": {**found["quality"], "warnings": warnings}}


def encoded_frame(image: Image, voi: str, encoding: str) -> EncodedFrame:
    """The frame compressed by `encoding` (zstd, gzip or identity). Raises what `display` raises."""
    _check_voi(voi)
    verified_path(image)
    if encoding == "identity":
        packed = encoded_frame(image, voi, "zstd")
        return EncodedFrame(packed.description, zstandard.ZstdDecompressor().decompress(packed.body), encoding)
    kept = read_sealed(cache_path(image, f"{voi}.{encoding}"))
    return EncodedFrame(cast(HeaderDocument, kept[0]), kept[1], encoding) if kept else _build(image, voi, encoding)


def keep_decoded(image: Image, pixels: StoredPixels) -> None:
    """Caches the stored values, lossless, with their hash and the decoder's name and version."""
    little = np.ascontiguousarray(pixels.values, dtype=pixels.values.dtype.newbyteorder("<"))
    facts = {
        "stored_sha256": image.stored_sha256,
        "shape": list(little.shape),
        "dtype": little.dtype.str,
        "decoder": pixels.decoder,
        "pixel_sha256": pixels.sha256,
    }
    keep(cache_path(image, "decoded.zstd"), facts, _zstd(little.tobytes()))


def forget(image: Image) -> None:
    """Removes everything that is cached of the image."""
    shutil.rmtree(_cache_folder(image), ignore_errors=True)


def kept_pixels(image: Image) -> StoredPixels | None:
    """Stored values from the cache alone, whole and of this very file. Call after the file was verified."""
    kept = read_sealed(cache_path(image, "decoded.zstd"))
    if kept is None or kept[0]["stored_sha256"] != image.stored_sha256:
        return None
    facts, payload = kept
    raw = zstandard.ZstdDecompressor().decompress(payload)
    values = np.frombuffer(raw, np.dtype(facts["dtype"])).reshape(facts["shape"])
    values = values.astype(values.dtype.newbyteorder("="), copy=False)
    if pixel_sha256(values) != facts["pixel_sha256"]:
        return None
    return StoredPixels(values, facts["decoder"], facts["pixel_sha256"])


def _build(image: Image, voi: str, encoding: str) -> EncodedFrame:
    """Makes the frame, compresses it once and keeps it beside its description; the linear one with the preview made of it."""
    frame = display(image, voi)
    if voi == "linear":
        _pack(image, "preview", encoding, preview(frame))
    return _pack(image, voi, encoding, frame)


def _pack(image: Image, voi: str, encoding: str, frame: DisplayFrame) -> EncodedFrame:
    raw = frame.to_bytes()
    body = _zstd(raw) if encoding == "zstd" else gzip.compress(raw, GZIP_LEVEL, mtime=0)
    keep(cache_path(image, f"{voi}.{encoding}"), frame.description, body)
    keep(cache_path(image, f"{voi}.json"), frame.description, b"")
    return EncodedFrame(frame.description, body, encoding)


def keep(path: Path, facts: Mapping[str, Any], payload: bytes) -> None:
    """A cache that cannot be written costs time, never the image; on a low disk it costs time as well, and no space."""
    if disk_space().is_low:
        return
    try:
        write_sealed(path, facts, payload)
    except OSError as error:
        logger.warning("frame cache not written: %s", error.strerror)


def _zstd(raw: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(raw)


def _check_voi(voi: str) -> None:
    """Before `voi` becomes part of a file name."""
    if voi not in ("linear", "preview", ENHANCED) and not (voi.isascii() and voi.isdigit() and len(voi) <= 3):
        raise ValueError(f"voi {voi!r} is not one of linear, preview, enhanced or the index of a VOI item")


def _cache_folder(image: Image) -> Path:
    """Of this version of the code: another version may describe frames differently."""
    name = image.storage_key.hex
    return Path(settings.FRAME_CACHE_DIR) / settings.SIGHTLINE_VERSION / name[:2] / name


def cache_path(image: Image, name: str) -> Path:
    return _cache_folder(image) / name
