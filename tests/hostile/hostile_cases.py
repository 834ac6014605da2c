"""The refused rows of the table of hostile inputs as files: row, name, content, and every code that is right.

Rows whose file is accepted, zips, duplicates and misbehaving decoders have tests of their own in
test_hostile_uploads.py, because there the outcome is more than a code.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.hostile.hostile_makers import (
    deflate_bomb,
    jpeg_2000_of_size,
    native_part,
    nested_sequences,
    sof,
)
from tests.inference.dicom.made_files import JPEG_2000, JPEG_LOSSLESS, MadeImage, Value, element, uid
from tests.inference.dicom.made_streams import RAMP, STREAMS, jpeg_2000


@dataclass(frozen=True)
class HostileCase:
    """row: of the table. codes: the outcomes that the table allows, usually one."""

    row: int
    name: str
    make: Callable[[], bytes]
    codes: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.row:02d} {self.name}"


def _image(**attributes: tuple[str, Value]) -> Callable[[], bytes]:
    """A good image with these attributes, tags as hexadecimal keywords: _image(x00280010=("US", 0))."""
    return lambda: MadeImage(attributes={int(tag[1:], 16): pair for tag, pair in attributes.items()}).to_bytes()


def _half(syntax: str) -> bytes:
    pixels, bits, stream = STREAMS[syntax]
    return MadeImage(pixels, syntax=syntax, bits_stored=bits, stream=[stream[: len(stream) // 2]]).to_bytes()


def _media_directory() -> bytes:
    return MadeImage(meta={0x00020002: ("UI", uid("1.2.840.10008.1.3.10"))}).to_bytes()


def _unknown_syntax() -> bytes:
    return MadeImage(meta={0x00020010: ("UI", uid("1.2.840.10008.1.2.4.102"))}).to_bytes()


def _without_delimiter() -> bytes:
    return MadeImage(RAMP, syntax=JPEG_2000, bits_stored=10, stream=[jpeg_2000(RAMP)]).to_bytes()[:-8]


_HUGE = {"x00280010": ("US", 65535), "x00280011": ("US", 65535), "x7FE00010": ("OW", bytes(8192))}
_ONE_BIT = {"x00280100": ("US", 1), "x00280101": ("US", 1), "x00280102": ("US", 0)}
_DAMAGED = ("codestream_truncated", "decoder_error")

CASES: tuple[HostileCase, ...] = (
    HostileCase(1, "empty", lambda: b"", ("not_dicom",)),
    HostileCase(1, "text", lambda: b"text " * 100, ("not_dicom",)),
    HostileCase(1, "html", lambda: b"<!doctype html><html>" + b"x" * 400, ("not_dicom",)),
    HostileCase(1, "no preamble", lambda: MadeImage().to_bytes()[128:], ("not_dicom",)),
    HostileCase(2, "prefix only", lambda: bytes(128) + b"DICM", ("no_transfer_syntax", "bad_meta")),
    HostileCase(3, "pixels cut", lambda: MadeImage(RAMP).to_bytes()[: -RAMP.nbytes // 2], ("bad_encoding",)),
    HostileCase(4, "rows as LO", _image(x00280010=("LO", "3 ")), ("bad_encoding",)),
    HostileCase(5, "65535 x 65535", _image(**_HUGE), ("bad_dimensions",)),
    HostileCase(6, "no rows", _image(x00280010=("US", 0)), ("bad_dimensions",)),
    HostileCase(6, "one bit", _image(**_ONE_BIT), ("bad_bits",)),
    HostileCase(7, "deflate bomb", deflate_bomb, ("inflate_limit",)),
    HostileCase(8, "no fragment", lambda: MadeImage(RAMP, syntax=JPEG_2000, stream=[]).to_bytes(), _DAMAGED[:1]),
    HostileCase(9, "no delimiter", _without_delimiter, ("bad_encoding",)),
    *(HostileCase(10, f"half {syntax}", lambda syntax=syntax: _half(syntax), _DAMAGED) for syntax in STREAMS),
    HostileCase(
        10,
        "half lossless",
        lambda: MadeImage(RAMP, syntax=JPEG_LOSSLESS, bits_stored=10, stream=[sof(0xC3, 10, 48, 64)[:-2]]).to_bytes(),
        _DAMAGED,
    ),
    HostileCase(11, "one tile", lambda: jpeg_2000_of_size(100_000, 100_000, 100_000), ("codestream_mismatch",)),
    HostileCase(11, "small tiles", lambda: jpeg_2000_of_size(100_000, 100_000, 64), ("codestream_mismatch",)),
    HostileCase(12, "one pixel", lambda: jpeg_2000_of_size(1, 1, 1), ("codestream_mismatch",)),
    HostileCase(16, "no pixels", lambda: native_part(MadeImage()), ("not_image",)),
    HostileCase(16, "pdf", _image(x00080016=("UI", uid("1.2.840.10008.5.1.4.1.1.104.1"))), ("unsupported_sop_class",)),
    HostileCase(16, "media directory", _media_directory, ("unsupported_sop_class",)),
    HostileCase(17, "4 frames", _image(x00280008=("IS", "4 ")), ("multiframe",)),
    *(
        HostileCase(17, kind, lambda kind=kind: MadeImage(photometric=kind).to_bytes(), ("unsupported_photometric",))
        for kind in ("RGB", "YBR_FULL", "YBR_FULL_422", "PALETTE COLOR")
    ),
    HostileCase(21, "unknown syntax", _unknown_syntax, ("unsupported_transfer_syntax",)),
    HostileCase(
        22,
        "4 GB",
        lambda: native_part(MadeImage()) + element(0x00091010, "UN", b"abcd", length=0xFFFFFFFE),
        ("bad_encoding",),
    ),
    HostileCase(
        22,
        "pixels of 4 GB",
        lambda: native_part(MadeImage()) + element(0x7FE00010, "OW", b"abcd", length=0xFFFFFFFE),
        ("bad_encoding",),
    ),
    HostileCase(22, "nested deeply", lambda: nested_sequences(100_000), ("too_deep",)),
)
