"""Pixel Data to stored values, by the one decoder pinned for each transfer syntax.

Runs in the sandboxed child only: a decoder can abort the process. The codecs are called directly and never by way
of a library that tries one after the other; no colour conversion, no lookup table.
"""

from collections.abc import Callable
from importlib.metadata import version
from io import BytesIO

import gdcm
import jpeg_ls
import numpy as np
import openjpeg
from PIL import Image
from rle.rle import decode_frame as decode_rle_frame

from inference.dicom.codestream import jpeg_2000_header, jpeg_header
from inference.dicom.decoder_complaints import refused_if_pixels_were_lost
from inference.dicom.header import DicomHeader
from inference.dicom.preparse import ParsedFile
from inference.dicom.refusal import DicomRefusal
from inference.dicom.transfer_syntax import Codec, TransferSyntax, transfer_syntax

VERSIONS = {
    package: f"{package} {version(package)}"
    for package in ("numpy", "pillow", "python-gdcm", "pyjpegls", "pylibjpeg-openjpeg", "pylibjpeg-rle")
}

# Decoded samples, and what made them.
Decoded = tuple[np.ndarray, str]


def decode_values(parsed: ParsedFile) -> Decoded:
    """Stored values [rows, columns] of an accepted file, and the decoder's name and version.

    Lossless values are masked to BitsStored, lossy ones clipped to its range; signed ones are sign-extended before.
    Raises DicomRefusal decoder_error, decoder_memory.
    """
    header = parsed.header
    syntax = transfer_syntax(header.transfer_syntax_uid)
    try:
        samples, package = _DECODERS[syntax.codec](parsed)
        values = _in_bits_stored(_shaped(samples, header), header, syntax)
    except DicomRefusal:
        raise
    except MemoryError:
        raise DicomRefusal("decoder_memory", "decoding the pixels needs more memory than is allowed") from None
    except (Exception, RecursionError) as error:  # the codec libraries raise a wide choice of types
        raise DicomRefusal("decoder_error", f"the pixels cannot be decoded ({type(error).__name__})") from None
    return values, VERSIONS[package]


def _native(parsed: ParsedFile) -> Decoded:
    header = parsed.header
    raw = parsed.pixel_bytes()
    count = header.rows * header.columns
    if parsed.is_big_endian and header.bits_allocated == 8 and parsed.pixels.vr == "OW":
        # bytes travel as big-endian words: swap each pair (PS3.5 8.1.1, annex A.3)
        swapped = np.frombuffer(raw[: len(raw) // 2 * 2], ">u2").astype("<u2").tobytes()
        return np.frombuffer(swapped, header.pixel_dtype, count), "numpy"
    dtype = header.pixel_dtype.newbyteorder(">" if parsed.is_big_endian else "<")
    return np.frombuffer(raw, dtype, count), "numpy"


def _rle(parsed: ParsedFile) -> Decoded:
    header = parsed.header
    frame = decode_rle_frame(parsed.pixel_bytes(), header.rows * header.columns, header.bits_allocated, "<")
    return np.frombuffer(frame, header.pixel_dtype.newbyteorder("<")), "pylibjpeg-rle"


def _jpeg(parsed: ParsedFile) -> Decoded:
    header, stream = parsed.header, parsed.pixel_bytes()
    if jpeg_header(stream).precision > 8:
        samples, package = _gdcm(parsed)
        return _with_sign(samples, header, header.bits_stored), package
    _gdcm(parsed)  # its pixels are not used: Pillow shows a cut stream half gray and says nothing, GDCM tells
    with Image.open(BytesIO(stream), formats=("JPEG",)) as image:
        if image.mode != "L":
            raise DicomRefusal("codestream_mismatch", f"the JPEG stream has mode {image.mode} instead of gray")
        return _with_sign(np.asarray(image), header, header.bits_stored), "pillow"


def _gdcm(parsed: ParsedFile) -> Decoded:
    """GDCM on a bare image: the joined stream, its shape and its bits.

    It is told the precision of the stream, not of the data set: it aborts on 8 bits in 16 allocated. It also aborts on a
    precision below 8. Such a lossless stream is read as one of 8 bits; all its values are then higher by the
    difference of the first predictions, half the range each (ISO 10918-1 H.1.2.1).
    """
    header, stream = parsed.header, parsed.pixel_bytes()
    frame_header = jpeg_header(stream)
    bits = max(8, frame_header.precision)
    size, place = _sample_bytes(bits), frame_header.precision_at
    stream = stream[:place] + bytes([bits]) + stream[place + 1 :]
    too_high = (1 << bits - 1) - (1 << frame_header.precision - 1)
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(stream)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((header.columns, header.rows, 1))
    image.SetDataElement(element)
    kind = gdcm.PhotometricInterpretation.GetPIType("MONOCHROME2")
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    syntax_kind = gdcm.TransferSyntax.GetTSType(header.transfer_syntax_uid)
    image.SetTransferSyntax(gdcm.TransferSyntax(syntax_kind))
    image.SetPixelFormat(gdcm.PixelFormat(1, 8 * size, bits, bits - 1, 0))
    # GDCM gives char* as str
    with refused_if_pixels_were_lost():
        frame = image.GetBuffer().encode("utf-8", "surrogateescape")
    return np.frombuffer(frame, f"<u{size}") - np.uint8(too_high), "python-gdcm"


def _jpeg_ls(parsed: ParsedFile) -> Decoded:
    header, stream = parsed.header, parsed.pixel_bytes()
    try:
        buffer, info = jpeg_ls.decode_pixel_data(stream)
    except RuntimeError:
        # Some encoders make the length even by a zero before the end marker, not after it. Only the decoder can tell such
        # a byte from the last one of the data.
        if stream[-3:] != b"\0\xff\xd9" or not parsed.leniency.takes("zero_before_end_marker"):
            raise
        buffer, info = jpeg_ls.decode_pixel_data(stream[:-3] + stream[-2:])
    precision, error = info["bits_per_sample"], info["allowed_lossy_error"]
    samples = np.frombuffer(bytes(buffer), f"<u{_sample_bytes(precision)}")
    values = _with_sign(samples, header, precision)
    if values.min() < header.lowest_stored - error or values.max() > header.highest_stored + error:
        values = _with_sign(samples, header, header.bits_stored)  # the encoder was given samples without their sign
    return values, "pyjpegls"


def _jpeg_2000(parsed: ParsedFile) -> Decoded:
    stream = parsed.pixel_bytes()
    buffer = openjpeg.decode_pixel_data(stream, version=2)
    kind = "i" if parsed.header.is_signed else "u"
    samples = np.frombuffer(bytes(buffer), f"<{kind}{_sample_bytes(jpeg_2000_header(stream).precision)}")
    return samples, "pylibjpeg-openjpeg"


_DECODERS: dict[Codec, Callable[[ParsedFile], Decoded]] = {
    "native": _native,
    "uncompressed": _native,
    "rle": _rle,
    "jpeg": _jpeg,
    "jpeg-lossless": _gdcm,
    "jpeg-ls": _jpeg_ls,
    "jpeg-2000": _jpeg_2000,
}


def _sample_bytes(precision: int) -> int:
    """Bytes of a decoded sample: chosen by the precision of the stream, not by BitsAllocated."""
    return 1 if precision <= 8 else 2


def _with_sign(samples: np.ndarray, header: DicomHeader, bits: int) -> np.ndarray:
    """Samples of a coding that knows no sign, in the dtype of the data set.

    Signed: the low `bits` are a two's complement (PS3.5 8.1.1); the arithmetic shift extends the sign.
    """
    values = samples.astype(header.pixel_dtype)
    spare = header.bits_allocated - bits
    return (values << spare) >> spare if header.is_signed else values


def _shaped(samples: np.ndarray, header: DicomHeader) -> np.ndarray:
    """[rows, columns] in the dtype of the data set, native byte order."""
    if samples.size != header.rows * header.columns:
        raise DicomRefusal(
            "decoder_error",
            f"the decoder gave {samples.size} pixels instead of {header.rows} x {header.columns}",
        )
    return samples.reshape(header.rows, header.columns).astype(header.pixel_dtype, copy=False)


def _in_bits_stored(values: np.ndarray, header: DicomHeader, syntax: TransferSyntax) -> np.ndarray:
    spare = header.bits_allocated - header.bits_stored
    if spare == 0:
        return values
    if syntax.is_lossy:
        return np.clip(values, header.lowest_stored, header.highest_stored)
    if header.is_signed:
        return _with_sign(values, header, header.bits_stored)
    return values & values.dtype.type((1 << header.bits_stored) - 1)
