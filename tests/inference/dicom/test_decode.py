"""Each codec gives back the pixels that went in."""

import hashlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.dicom import ChildPool, DicomRefusal
from tests.inference.dicom.made_files import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    JPEG,
    JPEG_2000,
    JPEG_LOSSLESS,
    JPEG_LS,
    RLE,
    UNCOMPRESSED,
    MadeImage,
)
from tests.inference.dicom.made_streams import RAMP, STREAMS, jpeg_baseline


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN])
def test_native_pixels_come_back(syntax: str, tmp_path: Path, pool: ChildPool) -> None:
    path = MadeImage(RAMP, syntax=syntax).write(tmp_path)
    pixels = pool.decode(path, pool.preparse(path))
    assert pixels.values.dtype == np.uint16
    assert np.array_equal(pixels.values, RAMP)
    assert pixels.decoder.startswith("numpy ")


@pytest.mark.parametrize("syntax", [RLE, JPEG_LOSSLESS, JPEG_LS, JPEG_2000])
@pytest.mark.parametrize("cuts", [1, 7])
def test_lossless_streams_come_back_from_one_or_many_fragments(
    syntax: str, cuts: int, tmp_path: Path, pool: ChildPool
) -> None:
    stream = STREAMS[syntax][2]
    stream += b"\0" * (len(stream) % 2)
    size = -(-len(stream) // cuts) // 2 * 2 + 2
    fragments = [stream[start : start + size] for start in range(0, len(stream), size)]
    path = MadeImage(RAMP, syntax=syntax, bits_stored=10, stream=fragments).write(tmp_path)
    assert np.array_equal(pool.decode(path, pool.preparse(path)).values, RAMP)


@pytest.mark.parametrize("cuts", [1, 3])
def test_native_pixels_come_back_from_fragments(cuts: int, tmp_path: Path, pool: ChildPool) -> None:
    raw = RAMP.astype("<u2").tobytes()
    size = -(-len(raw) // cuts) // 2 * 2 + 2
    fragments = [raw[start : start + size] for start in range(0, len(raw), size)]
    path = MadeImage(RAMP, syntax=UNCOMPRESSED, stream=fragments).write(tmp_path)
    assert np.array_equal(pool.decode(path, pool.preparse(path)).values, RAMP)


def test_native_pixels_in_fragments_must_be_all_there(tmp_path: Path, pool: ChildPool) -> None:
    path = MadeImage(RAMP, syntax=UNCOMPRESSED, stream=[RAMP.astype("<u2").tobytes()[:-2]]).write(tmp_path)
    with pytest.raises(DicomRefusal) as caught:
        pool.preparse(path)
    assert caught.value.code == "size_mismatch"


def test_baseline_jpeg_is_within_its_loss(tmp_path: Path, pool: ChildPool) -> None:
    smooth = np.add.outer(np.arange(48), np.arange(64)).astype(np.uint8)
    file = BytesIO()
    Image.fromarray(smooth).save(file, "JPEG", quality=95)
    path = MadeImage(smooth, syntax=JPEG, stream=[file.getvalue()]).write(tmp_path)
    pixels = pool.decode(path, pool.preparse(path))
    assert np.abs(pixels.values.astype(int) - smooth).max() <= 4


def test_an_8_bit_jpeg_may_lie_in_16_allocated(tmp_path: Path, pool: ChildPool) -> None:
    smooth = np.add.outer(np.arange(48), np.arange(64)).astype(np.uint8)
    made = MadeImage(smooth.astype(np.uint16), syntax=JPEG, bits_stored=8, stream=[jpeg_baseline(smooth)])
    path = made.write(tmp_path)
    values = pool.decode(path, pool.preparse(path)).values
    assert values.dtype == np.uint16
    assert np.abs(values.astype(int) - smooth).max() <= 8


def test_dirty_high_bits_are_masked(tmp_path: Path, pool: ChildPool) -> None:
    # 12 bits stored, the upper four hold an old overlay: 0xF123 is 0x123.
    pixels = np.array([[0xF123, 0x0FFF], [0x1000, 0x8001]], np.uint16)
    path = MadeImage(pixels, bits_stored=12).write(tmp_path)
    assert pool.decode(path, pool.preparse(path)).values.tolist() == [[0x123, 0xFFF], [0, 1]]


def test_signed_values_are_extended_from_bits_stored(tmp_path: Path, pool: ChildPool) -> None:
    # 12 bits: 0x800 is -2048, 0xFFF is -1, 0x7FF is 2047.
    pixels = np.array([[0x0800, 0x0FFF], [0x07FF, 0x0000]], np.int16)
    path = MadeImage(pixels, bits_stored=12).write(tmp_path)
    assert pool.decode(path, pool.preparse(path)).values.tolist() == [[-2048, -1], [2047, 0]]


def test_8_bit_words_of_a_big_endian_file_are_swapped(tmp_path: Path, pool: ChildPool) -> None:
    # Explicit VR Big Endian with VR OW: bytes 1 2 3 4 are the words 0x0102 0x0304, first pixel in the low byte.
    made = MadeImage(
        np.zeros((2, 2), np.uint8), syntax=BIG_ENDIAN, attributes={0x7FE00010: ("OW", bytes([1, 2, 3, 4]))}
    )
    path = made.write(tmp_path)
    assert pool.decode(path, pool.preparse(path)).values.tolist() == [[2, 1], [4, 3]]


def test_the_hash_is_of_the_little_endian_bytes(tmp_path: Path, pool: ChildPool) -> None:
    path = MadeImage(RAMP).write(tmp_path)
    wanted = hashlib.sha256(RAMP.astype("<u2").tobytes()).hexdigest()
    assert pool.decode(path, pool.preparse(path)).sha256 == wanted


def test_a_file_that_no_longer_fits_its_header_is_refused(tmp_path: Path, pool: ChildPool) -> None:
    header = pool.preparse(MadeImage(RAMP).write(tmp_path))
    changed = MadeImage(RAMP.reshape(64, 48)).write(tmp_path)
    with pytest.raises(DicomRefusal) as caught:
        pool.decode(changed, header)
    assert caught.value.code == "integrity_mismatch"


def test_no_lenient_jpeg_decoder_is_installed() -> None:
    # pylibjpeg-libjpeg is GPL-3 and returns half-decoded images without an error.
    with pytest.raises(ImportError):
        __import__("libjpeg")
