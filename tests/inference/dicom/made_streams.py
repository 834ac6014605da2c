"""Compressed pixel streams, by the codecs' own encoders or written here."""

import struct
from io import BytesIO

import imagecodecs
import jpeg_ls
import numpy as np
from openjpeg.utils import encode_array
from PIL import Image
from rle.rle import encode_frame

from tests.inference.dicom.made_files import JPEG, JPEG_2000, JPEG_LOSSLESS, JPEG_LS, RLE

# 10 bits, 48 x 64.
RAMP = (np.arange(48 * 64, dtype=np.uint16) * 5 % 1024).reshape(48, 64)
GRAY_8 = (RAMP >> 2).astype(np.uint8)


def rle(pixels: np.ndarray) -> bytes:
    rows, columns = pixels.shape
    return bytes(encode_frame(pixels.tobytes(), rows, columns, 1, pixels.dtype.itemsize * 8, "<"))


def jpeg_baseline(pixels: np.ndarray) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG")
    return file.getvalue()


def jpeg_lossless(pixels: np.ndarray, precision: int = 10) -> bytes:
    """ISO 10918-1 annex H, predictor 1, written here: an encoder that shares no line with the decoder under test."""
    rows, columns = pixels.shape
    # Categories 0..16, every code 5 bits long: code = category.
    table = b"\x00" + bytes([0, 0, 0, 0, 17, *[0] * 11]) + bytes(range(17))
    bits = "".join(_difference(int(step)) for step in _differences(pixels.astype(np.int64), precision))
    bits += "1" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\x00")
    return (
        b"\xff\xd8"
        + _segment(0xC3, struct.pack(">BHHB", precision, rows, columns, 1) + b"\x01\x11\x00")
        + _segment(0xC4, table)
        + _segment(0xDA, b"\x01\x01\x00\x01\x00\x00")
        + data
        + b"\xff\xd9"
    )


def _differences(pixels: np.ndarray, precision: int) -> np.ndarray:
    """Pixel minus prediction: the left neighbour, in the first column the upper one, at the start half the range."""
    predicted = np.empty_like(pixels)
    predicted[:, 1:] = pixels[:, :-1]
    predicted[1:, 0] = pixels[:-1, 0]
    predicted[0, 0] = 1 << (precision - 1)
    # modulo 65,536, into -32,767 .. 32,768 (ISO 10918-1 H.1.2.1)
    return (pixels - predicted + 32_767).reshape(-1) % 65_536 - 32_767


def _difference(step: int) -> str:
    category = abs(step).bit_length()
    if category == 16:  # 32,768 only: the code says it all
        return f"{category:05b}"
    extra = step if step >= 0 else step + (1 << category) - 1
    return f"{category:05b}" + (f"{extra:0{category}b}" if category else "")


def _segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg_ls_stream(pixels: np.ndarray, bits: int = 10, error: int = 0) -> bytes:
    """Samples of `bits` bits: a negative one goes in as its two's complement, as DICOM writers do."""
    samples = (pixels.astype(np.int64) & ((1 << bits) - 1)).astype("<u1" if bits <= 8 else "<u2")
    rows, columns = pixels.shape
    return bytes(
        jpeg_ls.encode_pixel_data(
            samples.tobytes(), error, rows=rows, columns=columns, samples_per_pixel=1, bits_stored=bits
        )
    )


def jpeg_2000(pixels: np.ndarray, bits: int = 10, noise_ratio: float | None = None) -> bytes:
    """Reversible, or irreversible with a peak signal-to-noise ratio in dB."""
    lossy = {} if noise_ratio is None else {"signal_noise_ratios": [noise_ratio]}
    stream: bytes = encode_array(pixels, bits_stored=bits, photometric_interpretation=2, **lossy)
    return stream


def htj2k(pixels: np.ndarray, reversible: bool = True) -> bytes:
    """The precision of the stream is that of the array's type, 8 or 16 bits."""
    return bytes(imagecodecs.htj2k_encode(pixels, reversible=reversible))


# transfer syntax -> (pixels, bits stored, stream)
STREAMS: dict[str, tuple[np.ndarray, int, bytes]] = {
    RLE: (RAMP, 10, rle(RAMP)),
    JPEG: (GRAY_8, 8, jpeg_baseline(GRAY_8)),
    JPEG_LOSSLESS: (RAMP, 10, jpeg_lossless(RAMP)),
    JPEG_LS: (RAMP, 10, jpeg_ls_stream(RAMP)),
    JPEG_2000: (RAMP, 10, jpeg_2000(RAMP)),
}
