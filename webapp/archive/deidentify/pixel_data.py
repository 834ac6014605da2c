"""Pixel Data for a copy: the same pixels, without what else the bytes may carry.

Old overlays lie in bits above Bits Stored; compressed streams have comments and application segments. Bits are cleared, texts are
overwritten with zeros (so that no length changes), and what follows the end marker is cut. Pixels stay bit by bit the same.
"""

import struct

import numpy as np
from pydicom.encaps import encapsulate

from inference.dicom.preparse import ParsedFile
from inference.dicom.refusal import DicomRefusal
from inference.dicom.transfer_syntax import transfer_syntax

_JPEG_TEXT = frozenset({0xFE, *range(0xE0, 0xF0)})  # COM, APP0 to APP15
_RLE_ENTRIES = 16


def clean_pixel_data(parsed: ParsedFile) -> bytes:
    """The value of Pixel Data, encapsulated where the transfer syntax asks for it. Raises DicomRefusal."""
    syntax = transfer_syntax(parsed.header.transfer_syntax_uid)
    if not syntax.is_encapsulated:
        return _native(parsed)
    if syntax.codec == "uncompressed":
        return encapsulate([_native(parsed)])
    stream = bytearray(parsed.pixel_bytes())
    try:
        if syntax.codec == "rle":
            _blank_unused_offsets(stream)
        elif syntax.codec == "jpeg-2000":
            del stream[_blank_jpeg_2000(stream) :]
        else:
            del stream[_blank_jpeg(stream) :]
    except (IndexError, struct.error):
        raise DicomRefusal("codestream_truncated", "the compressed pixel stream ends inside a segment") from None
    if len(stream) % 2:
        stream.append(0)
    return encapsulate([bytes(stream)])  # one frame, one fragment, a fresh offset table


def _native(parsed: ParsedFile) -> bytes:
    """Exactly the pixels, bits above Bits Stored cleared (sign-extended where signed), one pad byte where needed."""
    header = parsed.header
    needed = header.rows * header.columns * header.bits_allocated // 8
    raw = parsed.pixel_bytes()[: needed + needed % 2]
    spare = header.bits_allocated - header.bits_stored
    if header.bits_allocated == 8 and parsed.is_big_endian and parsed.pixels.vr == "OW":
        values = np.frombuffer(raw, np.dtype(header.pixel_dtype)).copy()  # words: the pad is the last byte but one
        if needed % 2:
            values[-2] = 0
    else:
        dtype = header.pixel_dtype.newbyteorder(">" if parsed.is_big_endian else "<")
        values = np.frombuffer(raw[:needed], dtype).copy()
    if spare and header.is_signed:
        values = ((values << spare) >> spare).astype(values.dtype)
    elif spare:
        values &= values.dtype.type((1 << header.bits_stored) - 1)
    clean = values.tobytes()
    return clean + b"\0" * (len(clean) % 2)


def _blank_unused_offsets(stream: bytearray) -> None:
    (count,) = struct.unpack_from("<L", stream)
    start, end = 4 * (1 + count), 4 * _RLE_ENTRIES
    stream[start:end] = bytes(end - start)


def _blank_jpeg(stream: bytearray) -> int:
    """Overwrites the text segments of a JPEG or JPEG-LS stream; the place where the stream ends."""
    position = 2
    while True:
        if stream[position] != 0xFF:
            raise DicomRefusal("codestream_mismatch", f"the compressed pixel stream has no marker at byte {position}")
        marker = stream[position + 1]
        if marker == 0xFF:
            position += 1
        elif marker == 0xD9:
            return position + 2
        elif marker in (0x01, 0xD8) or 0xD0 <= marker <= 0xD7:
            position += 2
        else:
            (length,) = struct.unpack_from(">H", stream, position + 2)
            end = position + 2 + length
            if marker in _JPEG_TEXT:
                stream[position + 4 : end] = bytes(max(0, end - position - 4))
            position = _after_scan(stream, end) if marker == 0xDA else end


def _after_scan(stream: bytearray, position: int) -> int:
    """The next marker that is no restart: entropy-coded data holds FF only before a byte below 80."""
    while True:
        position = stream.find(b"\xff", position)
        if position < 0:
            raise IndexError
        follower = stream[position + 1]
        if follower >= 0x80 and not 0xD0 <= follower <= 0xD7 and follower != 0xFF:
            return position
        position += 1 if follower == 0xFF else 2


def _blank_jpeg_2000(stream: bytearray) -> int:
    """Overwrites the comments of the main header and of every tile part (ISO 15444-1 A.9.2); where the stream ends."""
    position = 2
    while stream[position : position + 2] != b"\xff\xd9":
        if stream[position : position + 2] == b"\xff\x90":  # start of a tile part, which tells its own length
            (length,) = struct.unpack_from(">L", stream, position + 6)
            _blank_comments(stream, position + 12)
            position = position + length if length else stream.rfind(b"\xff\xd9")
            if position < 0 or 0 < length < 14:
                raise IndexError
        else:
            position = _blank_comments(stream, position)
    return position + 2


def _blank_comments(stream: bytearray, position: int) -> int:
    """Segments up to the next tile part, to its data, or to the end."""
    while stream[position : position + 2] not in (b"\xff\x90", b"\xff\x93", b"\xff\xd9"):
        if stream[position] != 0xFF:
            raise DicomRefusal("codestream_mismatch", f"the compressed pixel stream has no marker at byte {position}")
        (length,) = struct.unpack_from(">H", stream, position + 2)
        end = position + 2 + length
        if stream[position + 1] == 0x64:
            stream[position + 6 : end] = bytes(max(0, end - position - 6))
        position = end
    return position
