"""The Image Pixel Module (PS3.3 C.7.6.3): checks 10 and 11, what a single grayscale frame must declare."""

from dataclasses import dataclass

from inference.dicom import elements as tags
from inference.dicom.attribute_values import Values, check_vr
from inference.dicom.element_walk import PixelExtent, name
from inference.dicom.limits import Limits
from inference.dicom.refusal import DicomRefusal
from inference.dicom.tolerances import Leniency

PHOTOMETRIC = ("MONOCHROME1", "MONOCHROME2")


@dataclass(frozen=True)
class ImagePixel:
    """Declared shape and bits; one sample per pixel, one frame."""

    rows: int
    columns: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    pixel_representation: int
    photometric: str

    @property
    def bytes(self) -> int:
        return self.rows * self.columns * (self.bits_allocated // 8)


def read_image_pixel(values: Values, pixels: PixelExtent | None, limits: Limits, leniency: Leniency) -> ImagePixel:
    """Raises DicomRefusal not_image, missing_tag, bad_encoding and the codes of check 11."""
    if pixels is None:
        raise DicomRefusal("not_image", "the file holds no Pixel Data (7FE0,0010)")
    if pixels.vr not in ("OB", "OW", "UN", tags.DICTIONARY[tags.PIXEL_DATA]):
        raise DicomRefusal("bad_encoding", f"Pixel Data has VR {pixels.vr!r} instead of OB or OW")
    photometric = values.element(tags.PHOTOMETRIC)
    if photometric is None or photometric.length == 0:
        raise DicomRefusal("missing_tag", f"element {name(tags.PHOTOMETRIC)} is missing or empty")
    check_vr(photometric)
    samples = _samples_per_pixel(values, leniency)
    image = ImagePixel(
        rows=values.required_word(tags.ROWS),
        columns=values.required_word(tags.COLUMNS),
        bits_allocated=values.required_word(tags.BITS_ALLOCATED),
        bits_stored=values.required_word(tags.BITS_STORED),
        high_bit=values.required_word(tags.HIGH_BIT),
        pixel_representation=values.required_word(tags.PIXEL_REPRESENTATION),
        photometric=values.code(tags.PHOTOMETRIC),
    )
    _check_dimensions(image, limits)
    _check_bits(image)
    _check_frames(values)
    if image.photometric not in PHOTOMETRIC or samples != 1:
        raise DicomRefusal(
            "unsupported_photometric",
            f"the image is {image.photometric[:16]!r} with {samples} samples per pixel; "
            f"only {' and '.join(PHOTOMETRIC)} with one are read",
        )
    if image.bytes > limits.pixel_bytes:
        raise DicomRefusal("bad_dimensions", f"the pixels need {image.bytes} bytes; at most {limits.pixel_bytes}")
    return image


def _samples_per_pixel(values: Values, leniency: Leniency) -> int:
    """MONOCHROME says that it is one, so that the attribute is not missed."""
    element = values.element(tags.SAMPLES_PER_PIXEL)
    is_missing = element is None or element.length == 0
    if is_missing and values.code(tags.PHOTOMETRIC) in PHOTOMETRIC and leniency.takes("samples_per_pixel_missing"):
        return 1
    return values.required_word(tags.SAMPLES_PER_PIXEL)


def _check_dimensions(image: ImagePixel, limits: Limits) -> None:
    size = f"{image.rows} rows x {image.columns} columns"
    if not (1 <= image.rows <= limits.side_pixels and 1 <= image.columns <= limits.side_pixels):
        raise DicomRefusal("bad_dimensions", f"the image has {size}; 1 to {limits.side_pixels} of each are taken")
    if image.rows * image.columns > limits.total_pixels:
        raise DicomRefusal("bad_dimensions", f"the image has {size}; at most {limits.total_pixels} pixels are taken")


def _check_bits(image: ImagePixel) -> None:
    if image.bits_allocated not in (8, 16):
        raise DicomRefusal("bad_bits", f"Bits Allocated is {image.bits_allocated}, not 8 or 16")
    if not 1 <= image.bits_stored <= image.bits_allocated:
        raise DicomRefusal("bad_bits", f"Bits Stored is {image.bits_stored}, not 1 to {image.bits_allocated}")
    if image.high_bit != image.bits_stored - 1:
        raise DicomRefusal("bad_bits", f"High Bit is {image.high_bit}, not {image.bits_stored - 1}")
    if image.pixel_representation not in (0, 1):
        raise DicomRefusal("bad_value", f"Pixel Representation is {image.pixel_representation}, not 0 or 1")


def _check_frames(values: Values) -> None:
    frames = values.decimals(tags.NUMBER_OF_FRAMES)
    if not frames or frames == [1.0]:
        return
    if len(frames) == 1 and frames[0] is not None and frames[0] == int(frames[0]) and frames[0] > 1:
        raise DicomRefusal("multiframe", f"the file holds {int(frames[0])} frames; single images are read")
    raise DicomRefusal("bad_value", "Number of Frames (0028,0008) is not a whole number above 0")
