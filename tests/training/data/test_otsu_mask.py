"""003's filter keeps the dark side."""

from __future__ import annotations

import numpy as np

from training.data.otsu_mask import dark_side


def test_the_dark_side_stays_and_the_bright_side_becomes_zero() -> None:
    gray = np.full((32, 32), 0.2, np.float32)
    gray[:, 16:] = 0.8
    kept = dark_side(gray)
    np.testing.assert_array_equal(kept[:, :14], gray[:, :14])
    assert not kept[:, 18:].any()
    assert kept.dtype == np.float32


def test_a_bright_speck_in_the_dark_is_blurred_away_and_kept() -> None:
    # A single pixel of 0.6 is .2 + .4 * (1 / 2 pi) = .26 after a blur of sigma 1: below the threshold between .2 and .8.
    gray = np.full((32, 32), 0.2, np.float32)
    gray[:, 16:] = 0.8
    gray[8, 6] = 0.6
    assert dark_side(gray)[8, 6] == np.float32(0.6)


def test_an_image_of_one_value_stays_as_it_is() -> None:
    gray = np.full((8, 8), 0.5, np.float32)
    np.testing.assert_array_equal(dark_side(gray), gray)
