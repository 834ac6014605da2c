"""Hostile content made byte by byte, for the pre-parse tests and for the same files through the upload API."""

import struct
import zlib

from tests.inference.dicom.made_files import DEFLATED, JPEG_2000, MadeImage, element, item
from tests.inference.dicom.made_streams import RAMP, jpeg_2000

MIB = 1 << 20


def native_part(made: MadeImage) -> bytes:
    """The file up to and without its Pixel Data element."""
    raw = made.to_bytes()
    return raw[: raw.rindex(b"\xe0\x7f\x10\x00")]


def sof(marker: int, precision: int, rows: int, columns: int, components: int = 1) -> bytes:
    """A JPEG stream of a frame header and nothing else."""
    body = struct.pack(">BHHB", precision, rows, columns, components) + b"\x01\x11\x00" * components
    return b"\xff\xd8\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body + b"\xff\xd9"


def deflate_bomb() -> bytes:
    """1 MB that inflate to 1 GiB of zeros."""
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    packed = b"".join(packer.compress(bytes(MIB)) for _ in range(1024)) + packer.flush()
    return bytes(128) + b"DICM" + MadeImage(syntax=DEFLATED).file_meta() + packed


def jpeg_2000_of_size(width: int, height: int, tile: int) -> bytes:
    """A good image of 64 x 48 whose stream claims another size."""
    stream = bytearray(jpeg_2000(RAMP))
    struct.pack_into(">6L", stream, 8, width, height, 0, 0, tile, tile)
    return MadeImage(RAMP, syntax=JPEG_2000, bits_stored=10, stream=[bytes(stream)]).to_bytes()


def nested_sequences(count: int) -> bytes:
    opening = element(0x00081115, "SQ", b"", length=0xFFFFFFFF) + item(b"")[:4] + b"\xff\xff\xff\xff"
    return native_part(MadeImage()) + opening * count
