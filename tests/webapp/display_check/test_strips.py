"""The pixels of the test picture, against their definition."""

import io

import numpy as np
import pytest
from PIL import Image

from webapp.display_check.strips import FIELD_PX, FIELDS, GAP_PX, LINES, SQUARE_PX, STRIPS, strip_pixels, strip_png

SQUARES = [code for code, strip in STRIPS.items() if strip.square is not None]
ROWS, COLUMNS = FIELD_PX


def fields(code: str, place: int) -> list[np.ndarray]:
    picture = strip_pixels(code, place)
    assert picture.shape == (ROWS, FIELDS * COLUMNS + (FIELDS - 1) * GAP_PX)
    starts = [field * (COLUMNS + GAP_PX) for field in range(FIELDS)]
    return [picture[:, start : start + COLUMNS] for start in starts]


def luminance(level: int) -> float:
    """Relative, by the sRGB formula (IEC 61966-2-1)."""
    value = level / 255
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("code", SQUARES)
@pytest.mark.parametrize("place", range(1, FIELDS + 1))
def test_one_field_has_a_square_and_the_others_are_plain(code: str, place: int) -> None:
    strip = STRIPS[code]
    for number, field in enumerate(fields(code, place), start=1):
        differing = field != strip.ground
        assert differing.sum() == (SQUARE_PX**2 if number == place else 0)
        if number == place:
            assert set(field[differing]) == {strip.square}


@pytest.mark.parametrize("place", range(1, FIELDS + 1))
def test_lines_stand_upright_in_one_field_and_blur_to_the_same_grey_in_all(place: int) -> None:
    for number, field in enumerate(fields("lines", place), start=1):
        upright = (field == field[0]).all()
        assert upright == (number == place)
        assert set(np.unique(field)) == set(LINES)
        assert field.mean() == sum(LINES) / 2


def test_ends_are_five_percent_and_steps_are_small_but_not_below_what_an_eye_needs() -> None:
    assert (STRIPS["black"].square, STRIPS["white"].square) == (round(0.05 * 255), round(0.95 * 255))
    steps = {
        code: luminance(strip.square) / luminance(strip.ground) - 1
        for code, strip in STRIPS.items()
        if strip.square is not None and 0 < strip.ground < 255
    }
    assert 0.025 < min(steps.values()) < 0.035  # the docstring says 3 to 33 %
    assert 0.32 < max(steps.values()) < 0.34


def test_the_file_is_grey_without_a_profile_and_holds_the_same_pixels() -> None:
    with Image.open(io.BytesIO(strip_png("middle", 3))) as file:
        assert (file.mode, "icc_profile" in file.info, "gamma" in file.info) == ("L", False, False)
        assert (np.asarray(file) == strip_pixels("middle", 3)).all()


def test_a_field_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="field 5 is not 1 to 4"):
        strip_pixels("black", 5)
