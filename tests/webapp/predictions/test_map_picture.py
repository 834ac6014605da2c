"""The picture of a map for people without the viewer."""

import io

import numpy as np
from PIL import Image

from inference.colour_map import colour_table
from webapp.predictions.map_picture import SHORT_SIDE, map_picture


def pixels(values: np.ndarray) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(map_picture(values, "gradcam x"))))[:SHORT_SIDE]


def test_scores_take_the_colours_of_the_one_table() -> None:
    found = pixels(np.linspace(0, 5, 64, dtype=np.float32).reshape(8, 8))
    known = {tuple(entry) for entry in colour_table("cividis").tolist()}
    assert {tuple(colour) for colour in found.reshape(-1, 3).tolist()} <= known
    assert found[0, 0].tolist() == colour_table("cividis")[0].tolist()
    assert found[-1, -1].tolist() == colour_table("cividis")[-1].tolist()


def test_a_map_without_evidence_has_one_colour() -> None:
    assert {tuple(colour) for colour in pixels(np.full((4, 4), -1.0)).reshape(-1, 3).tolist()} == {(0, 34, 78)}
