"""Erased parts of an input: only what was asked for, in both fillings, whatever way the image is stored."""

import numpy as np
import pytest

from inference.erasing import FILLINGS, Area, Stroke, area_masks, erased_inputs, erased_shares, filled, picture_mask
from inference.exam.orientation import Turn
from inference.preprocessing import InputSpec, ModelInput, as_model_input, resize_image

SPEC = InputSpec(64, 64)
BOX = Area(polygons=(((40.0, 20.0), (80.0, 20.0), (80.0, 60.0), (40.0, 60.0)),))


def model_input(pixels: np.ndarray, turn: Turn = Turn()) -> ModelInput:  # noqa: B008
    rows, columns = pixels.shape
    field, _ = resize_image(turn.applied(pixels), SPEC)
    return as_model_input(field, rows, columns, SPEC, turn)


def noise(rows: int = 128, columns: int = 128) -> np.ndarray:
    return np.random.default_rng(4).random((rows, columns), np.float32)


@pytest.mark.parametrize(
    "turn", [Turn(a, b, c) for a in (False, True) for b in (False, True) for c in (False, True)], ids=str
)
def test_a_box_of_the_stored_image_is_erased_where_the_turned_input_shows_it(turn: Turn) -> None:
    pixels = np.zeros((128, 96), np.float32)
    pixels[20:60, 40:80] = 1.0
    source = model_input(pixels, turn)
    mask = area_masks([BOX], source)[0]
    shown = source.image[0] > 0.99
    assert mask[shown].min() > 0.45  # at its corners; 1 along its edges
    assert mask[shown].mean() > 0.98
    assert (mask > 0.9).sum() == pytest.approx(1600 / 4, rel=0.1)  # a model pixel is 2 x 2 of the image


def test_the_bars_of_a_letterbox_are_never_erased() -> None:
    source = model_input(noise(128, 64))
    everything = Area(polygons=(((-500.0, -500.0), (900.0, -500.0), (900.0, 900.0), (-500.0, 900.0)),))
    mask = area_masks([everything], source)[0]
    assert mask[:, :16].max() == mask[:, 48:].max() == 0
    assert mask[:, 16:48].min() == 1
    assert erased_shares(mask[None], source) == [1.0]
    assert picture_mask(source).sum() == 64 * 32


@pytest.mark.parametrize("filling", FILLINGS)
def test_nothing_but_the_area_and_its_rim_changes(filling: str) -> None:
    pixels = 0.2 * noise()
    pixels[20:60, 40:80] += 0.7
    source = model_input(pixels)
    mask = area_masks([BOX], source)
    copy = filled(source, mask, filling)[0]
    assert np.array_equal(copy[mask[0] == 0], source.image[0][mask[0] == 0])
    assert (mask[0] == 0).mean() > 0.8
    assert np.abs(copy - source.image[0])[mask[0] == 1].mean() > 0.5


def test_what_was_in_the_area_leaves_no_trace() -> None:
    pixels = noise()
    one = model_input(pixels)
    pixels[24:56, 44:76] = 1.0  # well inside: the antialiasing of the input reaches over the edge
    other = model_input(pixels)
    copies = [filled(source, area_masks([BOX], source), "surroundings") for source in (one, other)]
    assert np.abs(copies[0] - copies[1]).max() < 1e-6


def test_the_surroundings_are_smoothed_in() -> None:
    ramp = np.broadcast_to(np.linspace(0, 1, 128, dtype=np.float32), (128, 128))
    source = model_input(ramp)
    mask = area_masks([BOX], source)
    inside = mask[0] == 1
    errors = np.abs(filled(source, mask, "surroundings")[0] - source.image[0])[inside]
    assert errors.max() < 0.12  # the ramp goes on through the hole; the mean of the picture is off by .19
    flat = model_input(np.full((128, 128), 0.3, np.float32))
    assert np.abs(filled(flat, mask, "surroundings")[0] - 0.3).max() < 1e-5


def test_the_mean_is_that_of_the_picture_without_the_bars() -> None:
    source = model_input(np.full((128, 64), 0.4, np.float32))
    square = Area(polygons=(((10.0, 10.0), (50.0, 10.0), (50.0, 50.0), (10.0, 50.0)),))
    copy = filled(source, area_masks([square], source), "mean")[0]
    assert copy[10, 32] == pytest.approx(0.4)  # with the bars it would be .2


def test_a_stroke_is_as_wide_as_its_brush_and_as_long_as_its_way() -> None:
    source = model_input(noise())
    stroke = Area(strokes=(Stroke(((30.0, 64.0), (98.0, 64.0)), 10.0),))
    [share] = erased_shares(area_masks([stroke], source) > 0.9, source)
    assert share * 128**2 == pytest.approx(68 * 20 + np.pi * 100, rel=0.15)
    dot = Area(strokes=(Stroke(((64.0, 64.0),), 10.0),))
    [share] = erased_shares(area_masks([dot], source) > 0.9, source)
    assert share * 128**2 == pytest.approx(np.pi * 100, rel=0.2)


def test_a_hole_stays() -> None:
    source = model_input(noise())
    whole = ((0.0, 0.0), (128.0, 0.0), (128.0, 128.0), (0.0, 128.0))
    mask = area_masks([Area(polygons=(whole,), holes=BOX.polygons)], source)[0]
    assert mask[20, 30] == 0
    assert mask[50, 10] == 1


def test_each_copy_is_an_input_with_a_hash_of_its_own() -> None:
    source = model_input(noise())
    empty = Area()
    copies = erased_inputs(source, area_masks([BOX, empty], source), "mean")
    assert copies[1].sha256 == source.sha256 != copies[0].sha256
    assert copies[0].image.shape == source.image.shape
    assert copies[0].region == source.region


def test_an_unknown_filling_is_named() -> None:
    source = model_input(noise())
    with pytest.raises(ValueError, match="filling 'black' is not one of surroundings, mean"):
        filled(source, area_masks([BOX], source), "black")
