"""A box in its image: rounding at the edge is forgiven, a pixel beyond it is not, on each of four sides."""

import pytest

from webapp.reviews.box_in_image import beyond_image

COLUMNS, ROWS = 200, 100


@pytest.mark.parametrize("box", [(0, 0, 200, 100), (-0.009, -0.009, 200.018, 100.018), (199, 99, 1, 1), (5, 5, 0, 0)])
def test_inside(box: tuple[float, float, float, float]) -> None:
    assert beyond_image(*box, COLUMNS, ROWS) == ""


@pytest.mark.parametrize(
    ("box", "said"),
    [
        ((-0.02, 0, 10, 10), "(-0.02, 0) to (9.98, 10)"),
        ((0, -1, 10, 10), "(0, -1) to (10, 9)"),
        ((195, 0, 5.02, 10), "(195, 0) to (200.02, 10)"),
        ((0, 95, 10, 6), "(0, 95) to (10, 101)"),
    ],
)
def test_beyond(box: tuple[float, float, float, float], said: str) -> None:
    assert beyond_image(*box, COLUMNS, ROWS) == f"{said} leaves the image of 200 x 100 pixels"
