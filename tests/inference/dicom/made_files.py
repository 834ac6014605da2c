"""DICOM files made byte by byte for tests, so that each one can be wrong in exactly one place."""

import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
UNCOMPRESSED = "1.2.840.10008.1.2.1.98"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
RLE = "1.2.840.10008.1.2.5"
JPEG = "1.2.840.10008.1.2.4.50"
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.70"
JPEG_LS = "1.2.840.10008.1.2.4.80"
JPEG_2000 = "1.2.840.10008.1.2.4.90"

CR = "1.2.840.10008.5.1.4.1.1.1"
UID = "1.2.3"
LONG_VRS = {"OB", "OW", "SQ", "UN", "UT", "UC", "UR", "OD", "OF", "OL", "OV", "SV", "UV"}
UNDEFINED = 0xFFFFFFFF

Value = str | int | bytes | list[dict[int, tuple[str, "Value"]]]  # bytes go in as they are


def text(value: str) -> bytes:
    raw = value.encode("utf-8")
    return raw + b" " * (len(raw) % 2)


def uid(value: str) -> bytes:
    raw = value.encode("ascii")
    return raw + b"\0" * (len(raw) % 2)


def element(tag: int, vr: str, value: bytes, syntax: str = EXPLICIT, length: int | None = None) -> bytes:
    """One element; `length` lies about the value when given."""
    order = ">" if syntax == BIG_ENDIAN else "<"
    count = len(value) if length is None else length
    head = struct.pack(order + "HH", tag >> 16, tag & 0xFFFF)
    if syntax == IMPLICIT:
        return head + struct.pack("<L", count) + value
    if vr in LONG_VRS:
        return head + vr.encode() + struct.pack(order + "xxL", count) + value
    return head + vr.encode() + struct.pack(order + "H", count) + value


def item(content: bytes, syntax: str = EXPLICIT) -> bytes:
    order = ">" if syntax == BIG_ENDIAN else "<"
    return struct.pack(order + "HHL", 0xFFFE, 0xE000, len(content)) + content


def encapsulated(*fragments: bytes) -> bytes:
    """Offset table, fragments, delimiter: the value of an encapsulated Pixel Data element."""
    even = [fragment + b"\0" * (len(fragment) % 2) for fragment in fragments]
    return item(b"") + b"".join(item(fragment) for fragment in even) + struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)


@dataclass
class MadeImage:
    """A chest radiograph of a few pixels. `attributes`: tag -> (VR, value); None takes the element away.

    pixels: [rows, columns] integers. stream: encoded fragments instead of native pixels.
    """

    pixels: np.ndarray = field(default_factory=lambda: np.arange(12, dtype=np.uint16).reshape(3, 4))
    syntax: str = EXPLICIT
    bits_stored: int | None = None
    photometric: str = "MONOCHROME2"
    attributes: dict[int, tuple[str, Value] | None] = field(default_factory=dict)
    stream: list[bytes] | None = None
    preamble: bytes = bytes(128)
    meta: dict[int, tuple[str, bytes] | None] = field(default_factory=dict)
    tail: bytes = b""

    def all_attributes(self) -> dict[int, tuple[str, Value]]:
        bits = self.pixels.dtype.itemsize * 8
        stored = self.bits_stored or bits
        merged: dict[int, tuple[str, Value] | None] = {
            0x00080016: ("UI", uid(CR)),
            0x00080018: ("UI", uid(UID + ".1")),
            0x00080060: ("CS", "CR"),
            0x00100010: ("PN", "Phantom^One"),
            0x0020000D: ("UI", uid(UID + ".2")),
            0x0020000E: ("UI", uid(UID + ".3")),
            0x00280002: ("US", 1),
            0x00280004: ("CS", self.photometric),
            0x00280010: ("US", self.pixels.shape[0]),
            0x00280011: ("US", self.pixels.shape[1]),
            0x00280100: ("US", bits),
            0x00280101: ("US", stored),
            0x00280102: ("US", stored - 1),
            0x00280103: ("US", int(self.pixels.dtype.kind == "i")),
        }
        merged.update(self.attributes)
        return {tag: pair for tag, pair in sorted(merged.items()) if pair is not None}

    def dataset(self) -> bytes:
        parts = [
            self._element(tag, vr, value) for tag, (vr, value) in self.all_attributes().items() if tag < 0x7FE00010
        ]
        pixel_attribute = self.attributes.get(0x7FE00010, ("OW", self._pixel_bytes()))
        if pixel_attribute is not None:
            vr, value = pixel_attribute
            assert isinstance(value, bytes)
            length = UNDEFINED if self.stream is not None else None
            parts.append(element(0x7FE00010, "OB" if self.stream is not None else vr, value, self.syntax, length))
        return b"".join(parts)

    def file_meta(self) -> bytes:
        merged: dict[int, tuple[str, bytes] | None] = {
            0x00020001: ("OB", b"\0\1"),
            0x00020002: ("UI", uid(CR)),
            0x00020003: ("UI", uid(UID + ".1")),
            0x00020010: ("UI", uid(self.syntax)),
        }
        merged.update(self.meta)
        body = b"".join(element(tag, *pair) for tag, pair in sorted(merged.items()) if pair is not None)
        return element(0x00020000, "UL", struct.pack("<L", len(body))) + body

    def to_bytes(self) -> bytes:
        dataset = self.dataset()
        if self.syntax == DEFLATED:
            packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
            dataset = packer.compress(dataset) + packer.flush()
        return self.preamble + b"DICM" + self.file_meta() + dataset + self.tail

    def write(self, folder: Path, name: str = "made.dcm") -> Path:
        path = folder / name
        path.write_bytes(self.to_bytes())
        return path

    def _pixel_bytes(self) -> bytes:
        if self.stream is not None:
            return encapsulated(*self.stream)
        raw = self.pixels.astype(self.pixels.dtype.newbyteorder(">" if self.syntax == BIG_ENDIAN else "<")).tobytes()
        return raw + b"\0" * (len(raw) % 2)

    def _element(self, tag: int, vr: str, value: Value) -> bytes:
        order = ">" if self.syntax == BIG_ENDIAN else "<"
        if isinstance(value, str):
            raw = text(value)
        elif isinstance(value, int):
            raw = struct.pack(order + ("h" if value < 0 else "H"), value)
        elif isinstance(value, bytes):
            raw = value
        else:
            raw = b"".join(
                item(b"".join(self._element(inner, *pair) for inner, pair in sorted(content.items())), self.syntax)
                for content in value
            )
        return element(tag, vr, raw, self.syntax)


def lut_item(
    count: int, first: int, bits: int, entries: np.ndarray, descriptor_vr: str = "US"
) -> dict[int, tuple[str, Value]]:
    """An item of a LUT sequence; `entries` of dtype uint8 or uint16 decide the width of the data."""
    descriptor = struct.pack("<H", count) + struct.pack("<h" if first < 0 else "<H", first) + struct.pack("<H", bits)
    raw = entries.tobytes()
    return {
        0x00283002: (descriptor_vr, descriptor),
        0x00283006: ("OW", raw + b"\0" * (len(raw) % 2)),
    }
