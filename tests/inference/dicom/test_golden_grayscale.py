"""Golden grayscale: every photometric sense, VOI, sign and depth, against the standard's formulas written out here.

The oracle shares no line with the code: one Python function per clause of PS3.3 C.11.2, applied value by value. Each case
holds every stored value that its bits can hold (every n-th beyond 1,024 of them), so no level escapes.
"""

import math
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from inference.dicom import DicomHeader, Lut, Window, display_frame, model_grayscale, render_8bit
from inference.dicom.prepare import prepare_dicom
from inference.dicom.stored_pixels import StoredPixels, stored_pixels
from inference.preprocessing import InputSpec

BITS = (8, 10, 12, 14, 16)
Curve = Callable[[float], float]  # value after the modality step -> output in [0, 1]


def linear(center: float, width: float) -> Curve:
    """C.11.2.1.2.1"""

    def curve(x: float) -> float:
        if x <= center - 0.5 - (width - 1) / 2:
            return 0.0
        if x > center - 0.5 + (width - 1) / 2:
            return 1.0
        return (x - (center - 0.5)) / (width - 1) + 0.5

    return curve


def linear_exact(center: float, width: float) -> Curve:
    """C.11.2.1.3.2"""

    def curve(x: float) -> float:
        if x <= center - width / 2:
            return 0.0
        if x > center + width / 2:
            return 1.0
        return (x - center) / width + 0.5

    return curve


def sigmoid(center: float, width: float) -> Curve:
    """C.11.2.1.3.1"""
    return lambda x: 1.0 / (1.0 + math.exp(-4.0 * (x - center) / width))


def table(first: int, bits: int, entries: list[int]) -> Curve:
    """C.11.2.1.1: below the first mapped value the first entry, above the last one the last entry."""

    def curve(x: float) -> float:
        return entries[min(max(round(x) - first, 0), len(entries) - 1)] / (2**bits - 1)

    return curve


def lut_item(low: int, span: int, bits: int) -> tuple[Lut, Curve]:
    """A curved table of span / 2 entries (at most 4,096) that begins a quarter into the range."""
    count, first, top = min(span // 2, 4096), low + span // 4, 2**bits - 1
    entries = [round(top * math.sqrt(place / (count - 1))) for place in range(count)]
    return Lut(first, bits, np.array(entries, "<u2").tobytes(), f"{bits} bits"), table(first, bits, entries)


def voi_of(kind: str, low: int, span: int) -> tuple[dict[str, object], list[Curve]]:
    """Header fields and the curve of each item, in the order in which they are offered."""
    middle, width = low + 0.4 * span, 0.6 * span
    other = (low + 0.7 * span, 0.3 * span)
    if kind.startswith("LUT"):
        lut, curve = lut_item(low, span, int(kind[3:]))
        # a table wins over a window, which stays on offer
        return {"voi_luts": (lut,), "windows": (Window(*other),)}, [curve, linear(*other)]
    if kind == "several":
        facts = {"windows": (Window(middle, width), Window(*other, "LINEAR_EXACT"), Window(*other, "SIGMOID"))}
        return facts, [linear(middle, width), linear_exact(*other), sigmoid(*other)]
    curves = {"LINEAR": linear, "LINEAR_EXACT": linear_exact, "SIGMOID": sigmoid}
    if kind in curves:
        return {"windows": (Window(middle, width, kind),)}, [curves[kind](middle, width)]
    return {}, []


def case(
    kind: str, photometric: str, is_signed: bool, bits: int, slope: float = 1.0
) -> tuple[DicomHeader, StoredPixels, list[float], list[Curve]]:
    """Header, pixels, the value of each pixel after the modality step, and the curves of the VOI items."""
    low = -(1 << (bits - 1)) if is_signed else 0
    span = 1 << bits
    intercept = 0.0 if slope == 1.0 else -100.5
    facts, curves = voi_of(kind, round(low * slope + intercept), round(span * slope))
    header = DicomHeader(
        "1.2.840.10008.5.1.4.1.1.1", "1.2.1", "1.2.2", "1.2.3", "1.2.840.10008.1.2.1",
        32, 32, 8 if bits == 8 else 16, bits, bits - 1, int(is_signed), photometric,
        rescale_slope=slope, rescale_intercept=intercept, **facts,  # type: ignore[arg-type]
    )  # fmt: skip
    levels = np.linspace(low, low + span - 1, 1024).round().astype(header.pixel_dtype).reshape(32, 32)
    values = [float(level) * slope + intercept for level in levels.reshape(-1).tolist()]
    return header, stored_pixels(levels, "made"), values, curves


def shown(photometric: str, outputs: list[float]) -> np.ndarray:
    """Polarity last; float64 [32, 32]."""
    return np.array([1 - y if photometric == "MONOCHROME1" else y for y in outputs]).reshape(32, 32)


KINDS = ("none", "LINEAR", "LINEAR_EXACT", "SIGMOID", "LUT8", "LUT12", "LUT16", "several")
CASES = [*product(KINDS, ("MONOCHROME1", "MONOCHROME2"), (False, True), BITS)]


@pytest.mark.parametrize(("kind", "photometric", "is_signed", "bits"), CASES)
@pytest.mark.parametrize("slope", [1.0, 0.37])
def test_the_model_sees_what_the_standard_says(
    kind: str, photometric: str, is_signed: bool, bits: int, slope: float
) -> None:
    header, pixels, values, curves = case(kind, photometric, is_signed, bits, slope)
    low, high = min(values), max(values)
    curve = curves[0] if curves else lambda x: (x - low) / (high - low)

    gray = model_grayscale(header, pixels, "file-voi")

    assert gray.dtype == np.float32
    assert np.abs(gray - shown(photometric, [curve(x) for x in values])).max() <= 1e-6


@pytest.mark.parametrize(("kind", "photometric", "is_signed", "bits"), CASES)
def test_the_reader_sees_every_item_within_one_gray_level(
    kind: str, photometric: str, is_signed: bool, bits: int
) -> None:
    header, pixels, values, curves = case(kind, photometric, is_signed, bits)
    items = display_frame(header, pixels).description["voi"]
    assert [item["index"] for item in items] == list(range(len(curves)))

    for item, curve in zip(items, curves, strict=True):
        frame = display_frame(header, pixels, item["frame"])
        picture = render_8bit(frame, item["lower"], item["upper"]).astype(int)
        wanted = 255 * shown(photometric, [curve(x) for x in values])
        assert np.abs(picture - wanted).max() <= 1

    if curves:  # index 0 is what opens first
        assert display_frame(header, pixels).description["presets"][0]["lower"] == items[0]["lower"]


@pytest.mark.parametrize(("kind", "photometric", "is_signed", "bits"), CASES)
def test_the_linear_frame_loses_nothing(kind: str, photometric: str, is_signed: bool, bits: int) -> None:
    header, pixels, values, _ = case(kind, photometric, is_signed, bits, slope=0.37)

    frame = display_frame(header, pixels)

    line = frame.description["value"]
    assert frame.samples.dtype == np.uint16
    assert np.abs(frame.samples.reshape(-1) * line["slope"] + line["intercept"] - values).max() <= 1e-9 * 2**bits
    brighter = np.diff(frame.samples.reshape(-1).astype(int)) * (-1 if photometric == "MONOCHROME1" else 1)
    assert brighter.min() >= 0  # the values rise from pixel to pixel, and the picture with or against them


@pytest.mark.parametrize("rule", ["percentile-0.5-99.5", "file-voi", "stored-range"])
@pytest.mark.parametrize(("kind", "is_signed", "bits"), [*product(("none", "LINEAR", "LUT12"), (False, True), BITS)])
def test_both_polarities_of_one_picture_are_one_model_input(kind: str, is_signed: bool, bits: int, rule: str) -> None:
    plain, pixels, _, _ = case(kind, "MONOCHROME2", is_signed, bits)
    inverse, _, _, _ = case(kind, "MONOCHROME1", is_signed, bits)
    first = model_grayscale(plain, pixels, rule)
    second = model_grayscale(inverse, pixels, rule)
    assert np.abs(first + second - 1).max() <= 1e-6
    assert prepare_dicom(plain, pixels, InputSpec(16, 16, rule)).image.max() <= 1
