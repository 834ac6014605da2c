"""Check 12: does the pixel stream fit the data set? Read before any decoder sees a byte.

The decoders allocate what the stream header claims and do not reliably report a damaged stream, so the header
is compared here: JPEG family ISO 10918-1 B.2 and 14495-1, JPEG 2000 ISO 15444-1 A.5, RLE PS3.5 annex G.
"""

import mmap
import struct
from dataclasses import dataclass
from itertools import pairwise

from inference.dicom.element_walk import PixelExtent
from inference.dicom.image_pixel import ImagePixel
from inference.dicom.refusal import DicomRefusal
from inference.dicom.tolerances import Leniency
from inference.dicom.transfer_syntax import TransferSyntax

_RLE_HEADER = 64
_END = b"\xff\xd9"
_STANDALONE_MARKERS = frozenset({0x01, 0xD8, *range(0xD0, 0xD8)})
# SOF0-15 without DHT C4, JPG C8, DAC CC; and SOF55 of JPEG-LS.
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}


@dataclass(frozen=True)
class StreamHeader:
    """What a stream says about itself. `is_signed` is None where the coding knows no sign.

    precision_at: the byte of a JPEG stream that holds the precision.
    """

    rows: int
    columns: int
    components: int
    precision: int
    marker: int = 0
    is_signed: bool | None = None
    precision_at: int = 0


def check_native(data: mmap.mmap, pixels: PixelExtent, image: ImagePixel, leniency: Leniency) -> None:
    """Raises DicomRefusal size_mismatch unless the length is exact, or padding follows the pixels."""
    ((offset, length),) = pixels.extents
    excess = data[offset + image.bytes : offset + length] if length > image.bytes else b""
    _check_length(length, excess, image, leniency)


def _check_length(length: int, excess: bytes, image: ImagePixel, leniency: Leniency) -> None:
    """One pad byte makes the length even. More are padding only when all are the same: else they may be more image."""
    if length == image.bytes or (image.bytes % 2 == 1 and length == image.bytes + 1):
        return
    is_padding = bool(excess) and not excess.strip(excess[:1])
    if is_padding and leniency.takes("excess_pixel_bytes"):
        return
    raise DicomRefusal(
        "size_mismatch",
        f"Pixel Data has {length} bytes; {image.rows} x {image.columns} pixels of "
        f"{image.bits_allocated} bits need {image.bytes}",
    )


def check_stream(stream: bytes, image: ImagePixel, syntax: TransferSyntax, leniency: Leniency) -> None:
    """`stream`: the joined fragments. Raises DicomRefusal codestream_mismatch, codestream_truncated, size_mismatch."""
    if not stream:
        raise _truncated("holds no byte")
    if syntax.codec == "uncompressed":
        _check_length(len(stream), stream[image.bytes :], image, leniency)
        return
    if syntax.codec == "rle":
        _check_rle(stream, image)
        return
    header = jpeg_2000_header(stream) if syntax.codec == "jpeg-2000" else jpeg_header(stream)
    _check_header(header, image, syntax, leniency)
    _check_end(stream, header, syntax, leniency)


def without_padding(stream: bytes) -> bytes:
    """A stream of the JPEG family up to its end marker, when nothing but zeros and FF follows; else as it is."""
    end = stream.rstrip(b"\0\xff")
    return end if end.endswith(_END) else stream


def _check_end(stream: bytes, header: StreamHeader, syntax: TransferSyntax, leniency: Leniency) -> None:
    """The end marker is there, and last but for padding. No marker can occur inside coded data, so the first is the end."""
    if _END in stream[-3:]:
        return
    if without_padding(stream).endswith(_END):
        if leniency.takes("padded_stream"):
            return
        raise _mismatch("has padding after its end marker FFD9")
    data = stream.find(b"\xff\x93" if syntax.codec == "jpeg-2000" else b"\xff\xda", header.precision_at)
    end = stream.find(_END, data) if data >= 0 else -1
    if end < 0:
        raise _truncated("does not end with its end marker FFD9")
    raise _mismatch(f"has {len(stream) - end - 2} bytes that are no padding after its end marker FFD9")


def jpeg_header(stream: bytes) -> StreamHeader:
    """Reads the start-of-frame segment of a JPEG or JPEG-LS stream."""
    if stream[:2] != b"\xff\xd8":
        raise _mismatch("does not begin with the JPEG marker FFD8")
    position = 2
    while position + 4 <= len(stream):
        if stream[position] != 0xFF:
            raise _mismatch(f"has no marker at byte {position}")
        marker = stream[position + 1]
        if marker == 0xFF:  # fill byte
            position += 1
        elif marker in _STANDALONE_MARKERS:
            position += 2
        elif marker in _FRAME_MARKERS:
            if position + 10 > len(stream):
                break
            precision, rows, columns, components = struct.unpack_from(">BHHB", stream, position + 4)
            return StreamHeader(rows, columns, components, precision, marker, None, position + 4)
        elif marker in (0xD9, 0xDA):
            raise _mismatch("has no frame header before its first scan")
        else:
            position += 2 + struct.unpack_from(">H", stream, position + 2)[0]
    raise _truncated("ends before its frame header")


def jpeg_2000_header(stream: bytes) -> StreamHeader:
    """Reads the SIZ segment. The sizes are of the whole image, tiles apart."""
    if stream[:4] != b"\xff\x4f\xff\x51":
        raise _mismatch("does not begin with the JPEG 2000 markers FF4F FF51")
    if len(stream) < 45:
        raise _truncated("ends inside its SIZ segment")
    x_end, y_end, x_start, y_start, tile_x, tile_y, tile_x0, tile_y0, components, depth, step_x, step_y = (
        struct.unpack_from(">8LHBBB", stream, 8)
    )
    if components == 1 and (step_x, step_y) != (1, 1):
        raise _mismatch(f"is subsampled {step_x} x {step_y}")
    if tile_x == 0 or tile_y == 0 or tile_x0 > x_start or tile_y0 > y_start:
        raise _mismatch("has impossible tiles")
    return StreamHeader(
        rows=y_end - y_start,
        columns=x_end - x_start,
        components=components,
        precision=(depth & 0x7F) + 1,
        is_signed=bool(depth & 0x80),
    )


def _check_header(header: StreamHeader, image: ImagePixel, syntax: TransferSyntax, leniency: Leniency) -> None:
    if syntax.sof and header.marker not in syntax.sof:
        raise _mismatch(f"has frame marker FF{header.marker:02X}, which is not {syntax.name}")
    if (header.rows, header.columns, header.components) != (image.rows, image.columns, 1):
        raise _mismatch(
            f"is {header.rows} x {header.columns} with {header.components} components; "
            f"the data set says {image.rows} x {image.columns} with 1"
        )
    is_narrow = header.precision < image.bits_stored and not (
        _says_all_values(header, image, syntax) and leniency.takes("precision_below_bits_stored")
    )
    if is_narrow or header.precision > image.bits_allocated:
        raise _mismatch(
            f"has {header.precision} bits; the data set has {image.bits_stored} stored, "
            f"{image.bits_allocated} allocated"
        )
    if header.is_signed is not None and header.is_signed != (image.pixel_representation == 1):
        words = {True: "signed", False: "unsigned"}
        raise _mismatch(f"is {words[header.is_signed]}; the data set says {words[not header.is_signed]}")


def _says_all_values(header: StreamHeader, image: ImagePixel, syntax: TransferSyntax) -> bool:
    """Is a stream of fewer bits than are stored one that writers make of whole values?

    JPEG 2000 says the sign, so that every value fits. Of the other codings 8 unsigned bits in 16 allocated are common; a
    signed value has its sign in a bit that the stream may not have.
    """
    return syntax.codec == "jpeg-2000" or (header.precision == 8 and image.pixel_representation == 0)


def _check_rle(stream: bytes, image: ImagePixel) -> None:
    if len(stream) < _RLE_HEADER:
        raise _truncated(f"has {len(stream)} bytes; an RLE header alone has {_RLE_HEADER}")
    count, *offsets = struct.unpack_from("<16L", stream)
    wanted = image.bits_allocated // 8
    if count != wanted:
        raise _mismatch(f"has {count} RLE segments instead of {wanted}")
    used = offsets[:count]
    if used[0] != _RLE_HEADER or any(later <= earlier for earlier, later in pairwise(used)):
        raise _mismatch(f"has RLE segments at {used}")
    if used[-1] >= len(stream):
        raise _truncated(f"has an RLE segment at byte {used[-1]} of {len(stream)}")


def _mismatch(fault: str) -> DicomRefusal:
    return DicomRefusal("codestream_mismatch", f"the compressed pixel stream {fault}")


def _truncated(fault: str) -> DicomRefusal:
    return DicomRefusal("codestream_truncated", f"the compressed pixel stream {fault}")
