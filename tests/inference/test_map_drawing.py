"""The one drawing of a map: colours, mixture, boxes and caption at single pixels."""

import io

import numpy as np
import pytest
from PIL import Image, ImageColor

from inference.colour_map import colour_table
from inference.colours import colour
from inference.map_drawing import SHORT_SIDE, captioned, draw_box, map_over, map_png


def drawn(values: np.ndarray) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(map_png(values, "gradcam x"))))[:SHORT_SIDE]


def test_a_map_alone_takes_the_colours_of_the_one_table() -> None:
    found = drawn(np.linspace(0, 5, 64, dtype=np.float32).reshape(8, 8))
    known = {tuple(entry) for entry in colour_table("cividis").tolist()}
    assert {tuple(entry) for entry in found.reshape(-1, 3).tolist()} <= known
    assert found[0, 0].tolist() == colour_table("cividis")[0].tolist()
    assert found[-1, -1].tolist() == colour_table("cividis")[-1].tolist()


def test_negative_scores_count_in_a_map_alone() -> None:
    found = drawn(np.array([[-1.0, 1.0], [0.0, -1.0]]))
    assert found[0, 0].tolist() == colour_table("cividis")[0].tolist()
    assert found[0, -1].tolist() == colour_table("cividis")[255].tolist()
    assert found[-1, 0].tolist() == colour_table("cividis")[128].tolist()


def test_a_map_without_evidence_has_one_colour() -> None:
    assert {tuple(entry) for entry in drawn(np.full((4, 4), -1.0)).reshape(-1, 3).tolist()} == {(0, 34, 78)}


@pytest.mark.parametrize(("alpha", "expected"), [(0.0, [100, 100, 100]), (1.0, [254, 232, 56]), (0.4, [162, 153, 82])])
def test_a_map_over_an_image_is_mixed_by_alpha(alpha: float, expected: list[int]) -> None:
    base = Image.new("RGB", (1, 1), (100, 100, 100))
    assert np.asarray(map_over(base, np.ones((1, 1)), np.full((1, 1), alpha)))[0, 0].tolist() == expected


def test_a_box_is_outlined_inside_its_edges_in_the_colour_of_its_meaning() -> None:
    picture = Image.new("RGB", (40, 40))
    draw_box(picture, (2.0, 3.0, 10.0, 5.0), 2.0, "truth")
    rows, columns = np.nonzero(np.asarray(picture).any(axis=2))
    assert (columns.min(), columns.max(), rows.min(), rows.max()) == (4, 23, 6, 15)
    assert picture.getpixel((4, 6)) == ImageColor.getrgb(colour("truth"))
    assert picture.getpixel((6, 8)) == (0, 0, 0)


def test_a_long_caption_is_written_smaller_until_it_fits() -> None:
    page = np.asarray(captioned(Image.new("RGB", (300, 10)), ("word " * 14, "short"), 10))
    assert page.shape == (44, 300, 3)
    first = np.nonzero(page[10:26].any(axis=(0, 2)))[0]
    assert first.max() < 294
    assert page[26:].any()
