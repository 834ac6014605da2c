"""The colours of a map: the published cividis, steadily lighter, and the same entries as the viewer takes."""

import numpy as np
import pytest

from inference.colour_map import cividis, colour_table


def test_cividis_is_the_published_table() -> None:
    # matplotlib's _cm_listed.py, entries 0, 64, 128, 192, 255, times 255 and rounded
    table = colour_table("cividis")
    assert table.shape == (256, 3)
    assert table[[0, 64, 128, 192, 255]].tolist() == [
        [0, 34, 78],
        [67, 78, 108],
        [125, 124, 120],
        [188, 174, 108],
        [254, 232, 56],
    ]


@pytest.mark.parametrize("name", ["cividis", "viridis", "inferno"])
def test_more_evidence_is_lighter(name: str) -> None:
    luminance = colour_table(name)[::8] @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(luminance) > 0).all()


def test_a_share_takes_the_nearest_entry_and_halves_go_up() -> None:
    table = colour_table("cividis")
    shares = np.array([[0.0, 1.0], [0.49 / 255, 0.5 / 255]])
    assert cividis(shares).tolist() == [
        [table[0].tolist(), table[255].tolist()],
        [table[0].tolist(), table[1].tolist()],
    ]
