"""Every codec, every number of bits, both signs: a source array goes in as a file, its values come out.

In this process, not in children: some hundred tiny files in seconds. The streams are made by encoders of others.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from inference.dicom.accept import Accept
from inference.dicom.decode import decode_values
from inference.dicom.limits import Limits
from inference.dicom.preparse import parsed_file
from tests.inference.dicom import made_streams
from tests.inference.dicom.made_files import BIG_ENDIAN, DEFLATED, EXPLICIT, IMPLICIT, RLE, UNCOMPRESSED, MadeImage

JPEG_UIDS = "1.2.840.10008.1.2.4."
ROWS, COLUMNS = 32, 40  # JPEG 2000 halves the sides five times
Encode = Callable[[np.ndarray, int], bytes]


def _rle(pixels: np.ndarray, bits: int) -> bytes:
    return made_streams.rle(pixels)


def _raw(pixels: np.ndarray, bits: int) -> bytes:
    return pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()


def _jpeg_lossless(pixels: np.ndarray, bits: int) -> bytes:
    return made_streams.jpeg_lossless(pixels.astype(np.int64) & ((1 << bits) - 1), bits)


def _near(error: int) -> Encode:
    return lambda pixels, bits: made_streams.jpeg_ls_stream(pixels, bits, error)


LOSSLESS: dict[str, tuple[str, Encode | None]] = {
    "implicit": (IMPLICIT, None),
    "explicit": (EXPLICIT, None),
    "deflated": (DEFLATED, None),
    "big endian": (BIG_ENDIAN, None),
    "encapsulated uncompressed": (UNCOMPRESSED, _raw),
    "RLE": (RLE, _rle),
    "JPEG lossless .57": (JPEG_UIDS + "57", _jpeg_lossless),
    "JPEG lossless .70": (JPEG_UIDS + "70", _jpeg_lossless),
    "JPEG-LS .80": (JPEG_UIDS + "80", _near(0)),
    "JPEG-LS .81 near 0": (JPEG_UIDS + "81", _near(0)),
    "JPEG 2000 .90": (JPEG_UIDS + "90", made_streams.jpeg_2000),
    "JPEG 2000 .91 reversible": (JPEG_UIDS + "91", made_streams.jpeg_2000),
    "HTJ2K .201": (JPEG_UIDS + "201", lambda pixels, bits: made_streams.htj2k(pixels)),
    "HTJ2K .202": (JPEG_UIDS + "202", lambda pixels, bits: made_streams.htj2k(pixels)),
    "HTJ2K .203 reversible": (JPEG_UIDS + "203", lambda pixels, bits: made_streams.htj2k(pixels)),
}


def containers() -> Iterator[tuple[int, int]]:
    """Bits allocated and stored: 2 to 8 in one byte, 2 to 16 in two."""
    yield from ((8, bits) for bits in range(2, 9))
    yield from ((16, bits) for bits in range(2, 17))


def source(allocated: int, bits: int, is_signed: bool, margin: int = 0) -> np.ndarray:
    """Noise over the whole range of `bits` bits but for `margin` values at each end, below it one value.

    Both ends occur. Noise alone does not fit the buffer of the JPEG-LS encoder.
    """
    low = -(1 << (bits - 1)) if is_signed else 0
    low, high = low + margin, low + (1 << bits) - 1 - margin
    dtype = f"{'i' if is_signed else 'u'}{allocated // 8}"
    pixels = np.random.default_rng(bits).integers(low, high, (ROWS, COLUMNS), endpoint=True).astype(dtype)
    pixels[0, :2] = low, high
    pixels[ROWS // 4 :] = high
    return pixels


def decoded(folder: Path, pixels: np.ndarray, bits: int, uid: str, encode: Encode | None) -> np.ndarray:
    stream = None if encode is None else [encode(pixels, bits)]
    made = MadeImage(pixels, syntax=uid, bits_stored=bits, stream=stream)
    if uid == BIG_ENDIAN and pixels.itemsize == 1:
        made.attributes[0x7FE00010] = ("OB", pixels.tobytes())  # OW would be words of swapped bytes
    path = made.write(folder)
    with parsed_file(path, Accept(), Limits()) as parsed:
        return decode_values(parsed)[0]


@pytest.mark.parametrize("is_signed", [False, True], ids=["unsigned", "signed"])
@pytest.mark.parametrize("codec", LOSSLESS)
def test_lossless_values_come_back_exactly(codec: str, is_signed: bool, tmp_path: Path) -> None:
    uid, encode = LOSSLESS[codec]
    wrong = []
    for allocated, bits in containers():
        pixels = source(allocated, bits, is_signed)
        values = decoded(tmp_path, pixels, bits, uid, encode)
        if values.dtype != pixels.dtype or not np.array_equal(values, pixels):
            wrong.append((allocated, bits))
    assert wrong == []


@pytest.mark.parametrize("is_signed", [False, True], ids=["unsigned", "signed"])
@pytest.mark.parametrize("error", [1, 2, 3])
def test_near_lossless_values_are_within_the_error(error: int, is_signed: bool, tmp_path: Path) -> None:
    wrong = []
    for allocated, bits in containers():
        if 2 * error >= (1 << bits) - 1 - 2 * error:  # ISO 14495-1: the error is below half the range
            continue
        pixels = source(allocated, bits, is_signed, margin=error)
        values = decoded(tmp_path, pixels, bits, JPEG_UIDS + "81", _near(error))
        if values.dtype != pixels.dtype or np.abs(values.astype(int) - pixels).max() > error:
            wrong.append((allocated, bits))
    assert wrong == []


@pytest.mark.parametrize("is_masked", [False, True], ids=["sign in all 16 bits", "sign in the stored bits"])
@pytest.mark.parametrize("bits", [8, 10, 12, 15])
def test_a_near_lossless_stream_wider_than_bits_stored_is_clipped_not_wrapped(
    bits: int, is_masked: bool, tmp_path: Path
) -> None:
    def encode(pixels: np.ndarray, bits: int) -> bytes:
        samples = pixels.astype(np.int64) & ((1 << bits) - 1) if is_masked else pixels
        return made_streams.jpeg_ls_stream(samples, 16, 2)

    # the ends of the range only where the stream has room for the error beyond them
    pixels = source(16, bits, is_signed=True, margin=2 if is_masked else 0)
    values = decoded(tmp_path, pixels, bits, JPEG_UIDS + "81", encode)
    assert np.abs(values.astype(int) - pixels).max() <= 2


@pytest.mark.parametrize("is_signed", [False, True], ids=["unsigned", "signed"])
@pytest.mark.parametrize("codec", ["JPEG 2000 .91", "HTJ2K .203"])
def test_irreversible_wavelets_stay_near_the_source(codec: str, is_signed: bool, tmp_path: Path) -> None:
    encode: Encode
    if codec == "HTJ2K .203":
        uid, encode = JPEG_UIDS + "203", lambda pixels, bits: made_streams.htj2k(pixels, reversible=False)
    else:
        uid, encode = JPEG_UIDS + "91", lambda pixels, bits: made_streams.jpeg_2000(pixels, bits, noise_ratio=60.0)
    wrong = []
    for allocated, bits in containers():
        ramp = np.sort(source(allocated, bits, is_signed), axis=None).reshape(ROWS, COLUMNS)
        values = decoded(tmp_path, ramp, bits, uid, encode)
        # 2 % of the range, and never less than two levels
        if values.dtype != ramp.dtype or np.abs(values.astype(int) - ramp).max() > max(2, (1 << bits) // 50):
            wrong.append((allocated, bits))
    assert wrong == []
