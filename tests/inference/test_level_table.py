"""Counts, tables and percentiles of levels: worked by hand, and equal to the array formulas they replace."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from inference.dicom import DicomHeader, Lut, model_grayscale
from inference.dicom.grayscale import modality_values, padding_mask, polarity_is_inverted
from inference.dicom.prepare import prepare_dicom
from inference.dicom.stored_pixels import stored_pixels
from inference.intensity import PERCENTILE_RULE, rescale_intensity
from inference.level_table import count_levels, look_up, percentiles
from inference.preprocessing import InputSpec
from tests.inference.prepared_array import prepare_array


def test_levels_are_counted_from_the_lowest() -> None:
    values = np.array([[-2, -2, 1], [0, 1, 1]], np.int16)
    assert count_levels(values, -2, 4).tolist() == [2, 0, 1, 3]
    assert count_levels(np.array([[0, 255, 255]], np.uint8), 0, 256)[[0, 1, 255]].tolist() == [1, 0, 2]


def test_a_table_is_read_from_the_lowest() -> None:
    table = np.array([10, 11, 12, 13], np.float32)
    assert look_up(table, -2, np.array([[-2, -1], [0, 1]], np.int8)).tolist() == [[10, 11], [12, 13]]
    assert look_up(table, 0, np.array([[3, 0]], np.uint16).T).tolist() == [[13], [10]]


def test_a_value_outside_the_levels_is_named() -> None:
    with pytest.raises(ValueError, match=r"stored values span -3 to 9; allowed: -2 to 1"):
        look_up(np.zeros(4), -2, np.array([[-3, 9]], np.int16))
    with pytest.raises(ValueError, match=r"span 0 to 4; allowed: 0 to 3"):
        count_levels(np.array([[0, 4]], np.uint16), 0, 4)


def test_percentiles_lie_between_order_statistics() -> None:
    # Sorted pixels 1 1 2 4: places 3 x 0.5 = 1.5 -> between 1 and 2 -> 1.5; 3 x 0.9 = 2.7 -> 2 + 0.7 x 2 = 3.4
    found = percentiles(np.array([4.0, 1.0, 2.0, 9.0]), np.array([1, 2, 1, 0]), [0, 50, 90, 100])
    assert found == pytest.approx([1, 1.5, 3.4, 4], abs=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.uint8, np.uint16])
@pytest.mark.parametrize("size", [1, 2, 3, 10, 1001, 65537])
def test_percentiles_are_those_of_sorting(dtype: type, size: int) -> None:
    generator = np.random.default_rng(size)
    levels = generator.permutation(200).astype(dtype)
    drawn = generator.integers(0, 200, size)
    wanted = np.percentile(levels[drawn], (0.5, 13.7, 99.5))
    assert percentiles(levels, np.bincount(drawn, minlength=200), (0.5, 13.7, 99.5)) == wanted.tolist()


def array_formula(values: np.ndarray, rule: str, mask: np.ndarray | None = None) -> np.ndarray:
    """The intensity rule as array arithmetic, in the words of its first implementation."""
    counted = values if mask is None else values[mask]
    low, high = map(float, np.percentile(counted, (0.5, 99.5))) if rule == PERCENTILE_RULE else (0.0, _top(counted))
    if not high > low:
        return np.zeros(values.shape, np.float32)
    scaled = np.clip((np.asarray(values, np.float64) - low) / (high - low), 0.0, 1.0)
    return (scaled if mask is None else np.where(mask, scaled, 0.0)).astype(np.float32)


def _top(values: np.ndarray) -> float:
    return float(np.iinfo(values.dtype).max)


@pytest.mark.parametrize(("dtype", "rule"), [*product([np.uint8, np.uint16], [PERCENTILE_RULE, "stored-range"])])
def test_arrays_are_rescaled_bit_by_bit_as_before(dtype: type, rule: str) -> None:
    values = np.random.default_rng(3).normal(100, 30, (211, 307)).clip(0, 255).astype(dtype)
    mask = values < 120
    assert np.array_equal(rescale_intensity(values, rule), array_formula(values, rule))
    assert np.array_equal(rescale_intensity(values, rule, mask), array_formula(values, rule, mask))
    assert np.array_equal(prepare_array(values, SPEC).image, prepare_array(values.astype(np.float64), SPEC).image)


SPEC = InputSpec(64, 64)
CURVE = (np.sqrt(np.arange(4096)) * 1000).astype("<u2").tobytes()
FACTS = {
    "plain": {},
    "slope": {"rescale_slope": 0.3, "rescale_intercept": -1024.5},
    "falling": {"rescale_slope": -1.7, "rescale_intercept": 12.0},
    "modality table": {"modality_lut": Lut(100, 16, CURVE)},
    "padding": {"padding_value": 0, "padding_range_limit": 40},
    "padding beyond the bits": {"padding_value": 70000},
    "padding nowhere": {"padding_value": 1},
}


@pytest.mark.parametrize(
    ("facts", "photometric", "is_signed", "bits"),
    [*product(FACTS, ["MONOCHROME1", "MONOCHROME2"], [False, True], [8, 10, 12, 14, 16])],
)
def test_model_gray_is_bit_by_bit_that_of_arrays(facts: str, photometric: str, is_signed: bool, bits: int) -> None:
    of = replace(
        DicomHeader(
            "1.2.840.10008.5.1.4.1.1.1", "1.2.1", "1.2.2", "1.2.3", "1.2.840.10008.1.2.1",
            61, 47, 8 if bits == 8 else 16, bits, bits - 1, int(is_signed), photometric,
        ),
        **FACTS[facts],
    )  # fmt: skip
    span = np.random.default_rng(bits).beta(2, 5, (61, 47)) * ((1 << bits) - 3) + 2
    pixels = stored_pixels((span + of.lowest_stored).astype(of.pixel_dtype), "made")
    if facts == "padding":
        pixels.values[:9] = 7
    padding = padding_mask(of, pixels.values)

    wanted = array_formula(modality_values(of, pixels.values), PERCENTILE_RULE, None if padding is None else ~padding)
    wanted = 1.0 - wanted if polarity_is_inverted(of) else wanted
    if padding is not None:
        wanted[padding] = 0.0

    gray = model_grayscale(of, pixels, PERCENTILE_RULE)
    assert gray.dtype == np.float32
    assert np.array_equal(gray, wanted)
    assert prepare_dicom(of, pixels, SPEC).image.shape == (1, 64, 64)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_constant_image_has_no_stretch(photometric: str) -> None:
    of = DicomHeader(
        "1.2.840.10008.5.1.4.1.1.1", "1.2.1", "1.2.2", "1.2.3", "1.2.840.10008.1.2.1", 2, 2, 16, 12, 11, 0, photometric
    )
    gray = model_grayscale(of, stored_pixels(np.full((2, 2), 5, np.uint16), "made"), PERCENTILE_RULE)
    assert np.unique(gray).tolist() == [1.0 if photometric == "MONOCHROME1" else 0.0]
