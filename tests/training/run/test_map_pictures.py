"""Pictures of a run: the map over the input, mixed in by its score, and the true boxes."""

import io

import numpy as np
import pytest
from PIL import Image, ImageColor

from inference.colours import colour
from training.run.map_pictures import grid_png, overlay_png


def pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(content)))


@pytest.mark.parametrize("channels", [1, 3])
def test_the_share_of_the_score_decides_how_much_of_the_colour_is_seen(channels: int) -> None:
    heat = np.zeros((400, 400))
    heat[100:200, 100:200], heat[300:, 300:] = 2.0, -5.0
    picture = pixels(overlay_png(np.full((channels, 400, 400), 100 / 255), heat, [], "one"))
    assert picture.shape == (434, 400, 3)
    assert picture[150, 150].tolist() == [162, 153, 82]  # .6 of gray 100, .4 of cividis' last entry
    assert picture[50, 50].tolist() == picture[350, 350].tolist() == [100, 100, 100]


def test_true_boxes_have_the_colour_of_the_reference_standard_at_every_enlargement() -> None:
    picture = pixels(overlay_png(np.zeros((1, 100, 100)), -np.ones((100, 100)), [(10, 20, 30, 40)], "one"))
    assert picture.shape == (434, 400, 3)
    rows, columns = np.nonzero(picture[:400].any(axis=2))
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (40, 159, 80, 239)
    assert tuple(picture[80, 40]) == ImageColor.getrgb(colour("truth"))


def test_a_layer_is_enlarged_without_smoothing() -> None:
    picture = pixels(grid_png(np.array([[0.0, 1.0], [0.5, 0.25]])))
    assert picture.shape == (384, 384)
    assert sorted(set(picture.ravel().tolist())) == [0, 64, 128, 255]
