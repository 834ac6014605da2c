"""Intensity rules, resize modes and the way back of boxes, on images small enough to check by hand."""

import hashlib

import numpy as np
import pytest

from inference.intensity import rescale_intensity
from inference.preprocessing import InputSpec, resize_image
from tests.inference.prepared_array import prepare_array


def spec(height=4, width=4, resize="stretch", intensity="stored-range"):
    return InputSpec(height, width, intensity, resize)


def test_percentiles_become_zero_and_one():
    values = np.arange(201, dtype=np.uint16).reshape(3, 67)  # p0.5 = 1, p99.5 = 199 of 0..200
    scaled = rescale_intensity(values, "percentile-0.5-99.5")
    assert scaled.dtype == np.float32
    assert scaled[0, 0] == 0
    assert scaled[-1, -1] == 1
    assert scaled.ravel()[100] == pytest.approx((100 - 1) / 198)


def test_percentile_rule_commutes_with_inversion():
    values = np.random.default_rng(0).integers(0, 4096, (20, 30))
    inverted = rescale_intensity(4095 - values, "percentile-0.5-99.5")
    np.testing.assert_allclose(inverted, 1 - rescale_intensity(values, "percentile-0.5-99.5"), atol=1e-6)


def test_padding_neither_counts_nor_shows():
    values = np.array([[9999.0, 0.0, 10.0]])
    mask = np.array([[False, True, True]])
    scaled = rescale_intensity(values, "percentile-0.5-99.5", mask)
    assert scaled.tolist() == [[0.0, 0.0, 1.0]]


@pytest.mark.parametrize(("values", "wanted"), [(np.array([[0, 255]], np.uint8), [0, 1]), (np.array([[0.25]]), [0.25])])
def test_stored_range_takes_the_range_of_the_type(values, wanted):
    assert rescale_intensity(values, "stored-range").ravel().tolist() == wanted


def test_a_constant_image_becomes_zero():
    assert not rescale_intensity(np.full((3, 3), 7), "percentile-0.5-99.5").any()


@pytest.mark.parametrize(
    ("values", "rule", "message"),
    [
        (np.zeros((1, 1)), "minmax", "'minmax' is not one of percentile-0.5-99.5, file-voi, stored-range"),
        (np.array([[0.0, 3.0]]), "stored-range", "0 to 3; allowed: 0 to 1"),
        (np.array([[0.0, np.nan]]), "stored-range", "not all finite"),
    ],
)
def test_bad_intensities_are_named(values, rule, message):
    with pytest.raises(ValueError, match=message):
        rescale_intensity(values, rule)


def test_unknown_resize_mode_names_the_allowed():
    with pytest.raises(ValueError, match="'squash' is not one of stretch, letterbox, center-crop"):
        spec(resize="squash")


def test_stretch_covers_the_whole_image():
    image, region = resize_image(np.full((10, 20), 0.5, np.float32), spec())
    assert image.shape == (4, 4)
    np.testing.assert_allclose(image, 0.5)
    assert region == (0, 0, 20, 10)


def test_shrinking_is_antialiased():
    stripes = np.tile(np.array([0.0, 1.0], np.float32), (64, 32))  # one-pixel columns
    image, _ = resize_image(stripes, spec(8, 8))
    np.testing.assert_allclose(image, 0.5, atol=0.05)


def test_letterbox_reaches_outside_the_image():
    # 10 rows x 20 columns into 4 x 4: inner 2 x 4, one row of zeros above and below, 5 source pixels per model pixel
    image, region = resize_image(np.ones((10, 20), np.float32), spec(resize="letterbox"))
    assert image.tolist() == [[0] * 4, [1] * 4, [1] * 4, [0] * 4]
    assert region == (0, -5, 20, 15)


def test_center_crop_takes_the_middle_square():
    source = np.zeros((10, 20), np.float32)
    source[:, 5:15] = 1
    image, region = resize_image(source, spec(resize="center-crop"))
    assert region == (5, 0, 15, 10)
    np.testing.assert_allclose(image[:, 1:3], 1)  # the filter of the outer columns reaches a little past the crop


def test_a_letterboxed_square_lands_where_its_region_says():
    source = np.zeros((10, 20), np.uint8)
    source[5:10, 10:15] = 255  # x 10, y 5, 5 x 5 = the model pixel in column 2, row 2
    prepared = prepare_array(source, spec(resize="letterbox"))
    assert prepared.region == (0, -5, 20, 15)  # 5 source pixels a model pixel
    assert np.unravel_index(prepared.image[0].argmax(), (4, 4)) == (2, 2)


def test_the_hash_is_of_the_tensor():
    prepared = prepare_array(np.eye(4, dtype=np.float32), spec())
    assert prepared.image.shape == (1, 4, 4)
    assert prepared.image.dtype == np.float32
    assert prepared.sha256 == hashlib.sha256(prepared.image.tobytes()).hexdigest()


@pytest.mark.parametrize("shape", [(4, 4, 3), (0, 4)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="wanted"):
        resize_image(np.zeros(shape, np.float32), spec())
