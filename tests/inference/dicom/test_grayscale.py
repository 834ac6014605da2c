"""From stored values to model gray, worked by hand on a few pixels."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from inference.dicom import DicomHeader, Lut, Window, modality_values, model_grayscale, polarity_is_inverted
from inference.dicom.grayscale import padding_mask
from inference.dicom.stored_pixels import StoredPixels, stored_pixels


def header(
    bits_stored: int = 8, photometric: str = "MONOCHROME2", is_signed: bool = False, **facts: object
) -> DicomHeader:
    allocated = 8 if bits_stored <= 8 else 16
    made = DicomHeader(
        "1.2.840.10008.5.1.4.1.1.1", "1.2.1", "1.2.2", "1.2.3", "1.2.840.10008.1.2.1",
        1, 4, allocated, bits_stored, bits_stored - 1, int(is_signed), photometric,
    )  # fmt: skip
    return replace(made, **facts)  # type: ignore[arg-type]


def pixels(of: DicomHeader, values: list[int]) -> StoredPixels:
    return stored_pixels(np.array([values], of.pixel_dtype), "hand")


@pytest.mark.parametrize(
    ("photometric", "shape", "is_inverted"),
    [
        ("MONOCHROME1", None, True),
        ("MONOCHROME2", None, False),
        ("MONOCHROME1", "INVERSE", True),  # once, not twice
        ("MONOCHROME1", "IDENTITY", False),
        ("MONOCHROME2", "INVERSE", True),
        ("MONOCHROME2", "IDENTITY", False),
    ],
)
def test_polarity(photometric: str, shape: str | None, is_inverted: bool) -> None:
    assert polarity_is_inverted(header(photometric=photometric, presentation_lut_shape=shape)) is is_inverted


def test_slope_and_intercept_apply_to_signed_values() -> None:
    ct = header(12, is_signed=True, rescale_slope=2.0, rescale_intercept=-10.0)
    values = modality_values(ct, pixels(ct, [-2048, -1, 0, 2047]).values)
    assert values.tolist() == [[-4106, -12, -10, 4084]]
    assert values.dtype == np.float32


def test_a_modality_table_wins_over_slope_and_intercept() -> None:
    table = Lut(-2, 8, np.array([7, 8, 9, 250], "<u2").tobytes())
    of = header(8, is_signed=True, modality_lut=table, rescale_slope=5.0)
    assert modality_values(of, pixels(of, [-3, -2, 0, 100]).values).tolist() == [[7, 7, 9, 250]]


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("is_signed", [False, True])
def test_stored_range_spans_the_bits_and_not_the_image(bits: int, is_signed: bool) -> None:
    of = header(bits, is_signed=is_signed)
    low = of.lowest_stored
    top = (1 << bits) - 1
    gray = model_grayscale(of, pixels(of, [low, low + 1, low + top // 3, low + top]), "stored-range")
    assert gray[0] == pytest.approx([0, 1 / top, (top // 3) / top, 1], abs=1e-7)


def test_a_negative_slope_turns_the_stored_range() -> None:
    of = header(8, rescale_slope=-1.0, rescale_intercept=255.0)
    assert model_grayscale(of, pixels(of, [0, 51, 102, 255]), "stored-range")[0] == pytest.approx([1, 0.8, 0.6, 0])


VOI = {
    # On values 0 64 128 255; c = 128, w = 129: ramp from 63.5 to 191.5.
    "LINEAR": ({"windows": (Window(128, 129),)}, [0, 0.5 / 128, 64.5 / 128, 1]),
    # c = 128, w = 128: ramp from 64 to 192
    "LINEAR_EXACT": ({"windows": (Window(128, 128, "LINEAR_EXACT"),)}, [0, 0, 0.5, 1]),
    # c = 128, w = 256: exponents -2 -1 0 1.984375
    "SIGMOID": ({"windows": (Window(128, 256, "SIGMOID"),)}, [0.1192029, 0.2689414, 0.5, 0.8791467]),
    "several": ({"windows": (Window(128, 128, "LINEAR_EXACT"), Window(1, 1))}, [0, 0, 0.5, 1]),
    # first mapped value 64, 12-bit output, wins over the window
    "LUT": (
        {"voi_luts": (Lut(64, 12, np.array([1024, 2048], "<u2").tobytes()),), "windows": (Window(1, 1),)},
        [1024 / 4095, 1024 / 4095, 2048 / 4095, 2048 / 4095],
    ),
    "none": ({}, [0, 64 / 255, 128 / 255, 1]),
}


@pytest.mark.parametrize(("kind", "photometric"), [*product(VOI, ["MONOCHROME1", "MONOCHROME2"])])
def test_file_voi_takes_item_0_then_the_polarity(kind: str, photometric: str) -> None:
    facts, wanted = VOI[kind]
    of = header(8, photometric, **facts)
    gray = model_grayscale(of, pixels(of, [0, 64, 128, 255]), "file-voi")
    expected = [1 - value for value in wanted] if photometric == "MONOCHROME1" else wanted
    assert gray[0] == pytest.approx(expected, abs=1e-6)
    assert gray.dtype == np.float32


def test_padding_is_black_after_inversion() -> None:
    of = header(8, "MONOCHROME1", padding_value=0)
    assert model_grayscale(of, pixels(of, [0, 51, 102, 255]), "stored-range")[0] == pytest.approx([0, 0.8, 0.6, 0])


def test_padding_is_left_out_of_percentiles() -> None:
    # Without padding the values are 100..109; the 65535s would push the upper percentile away.
    of = header(16, padding_value=60000, padding_range_limit=65535)
    values = np.array([[*range(100, 110), 60000, 65535]], np.uint16)
    gray = model_grayscale(of, stored_pixels(values, "hand"), "percentile-0.5-99.5")
    assert gray[0, 9] == pytest.approx(1)
    assert gray[0, 0] == pytest.approx(0)
    assert gray[0, 10:].tolist() == [0, 0]


def test_an_image_of_padding_only_counts_as_image() -> None:
    of = header(8, padding_value=7)
    assert padding_mask(of, np.full((2, 2), 7, np.uint8)) is None


def test_both_polarities_of_one_image_give_the_model_the_same() -> None:
    values = [3, 50, 120, 255]
    for rule in ("stored-range", "percentile-0.5-99.5"):
        plain, inverse = header(8), header(8, "MONOCHROME1")
        first = model_grayscale(plain, pixels(plain, values), rule)
        second = model_grayscale(inverse, pixels(inverse, [255 - value for value in values]), rule)
        assert second == pytest.approx(first, abs=1e-6)


def test_an_unknown_rule_is_named() -> None:
    of = header(8)
    with pytest.raises(ValueError, match="brightest"):
        model_grayscale(of, pixels(of, [0, 1, 2, 3]), "brightest")


@pytest.mark.parametrize("rule", ["stored-range", "file-voi", "percentile-0.5-99.5"])
def test_an_image_of_padding_only_reaches_the_model_as_it_is_stored(rule: str) -> None:
    # Nothing else is there to look at: the same gray as without a Pixel Padding Value, and no division by nothing.
    facts = {"padding_value": 3, "padding_range_limit": 250}
    of, plain = header(8, **facts), header(8)
    values = [3, 50, 120, 250]
    assert (
        model_grayscale(of, pixels(of, values), rule).tolist()
        == model_grayscale(plain, pixels(plain, values), rule).tolist()
    )
