"""The thorax is found where it is, and not where there is none."""

import numpy as np
import pytest

from inference.thorax import NoThorax, ThoraxFrame, find_thorax
from tests.inference.thorax.drawn_chest import TRUE, drawn_chest


def lines(frame: ThoraxFrame) -> np.ndarray:
    return np.array([*frame.midline, *frame.lateral_edges, frame.apex, 0.5 * (frame.right_dome + frame.left_dome)])


@pytest.mark.parametrize("factor", [1, 3])
@pytest.mark.parametrize("moved", [0, 25])
def test_a_drawn_chest_is_found_to_a_fifteenth_of_its_height(factor: int, moved: int) -> None:
    true = ThoraxFrame((130.0 + moved, 130.0 + moved), 90.0, 90.0, 45.0, 195.0, 195.0, 1.0).scaled(factor)
    found = find_thorax(drawn_chest(256 * factor, 300 * factor, true))
    assert isinstance(found, ThoraxFrame)
    assert found.likeness > 0.9
    assert np.abs(lines(found) - lines(true)).max() < 150 * factor / 15


def test_any_scale_of_grays_gives_the_same_frame() -> None:
    gray = drawn_chest()
    one, other = find_thorax(gray), find_thorax((gray * 40_000).astype(np.uint16))
    assert isinstance(one, ThoraxFrame)
    assert isinstance(other, ThoraxFrame)
    assert lines(other) == pytest.approx(lines(one), abs=1.0)


@pytest.mark.parametrize(
    ("gray", "code"),
    [
        (np.zeros((200, 200)), "blank"),
        (np.full((200, 200), 3.0), "blank"),
        (np.zeros((40, 500)), "too_small"),
        (np.random.default_rng(2).random((200, 200)), "no_thorax"),
        (np.tile(np.linspace(0, 1, 200), (200, 1)), "no_thorax"),
        (1 - drawn_chest(), "no_thorax"),
        (drawn_chest()[::-1], "no_thorax"),
        (drawn_chest().T, "no_thorax"),
    ],
    ids=["black", "gray", "strip", "noise", "ramp", "negative", "upside down", "on its side"],
)
def test_what_shows_no_upright_chest_gets_no_frame(gray: np.ndarray, code: str) -> None:
    found = find_thorax(gray)
    assert isinstance(found, NoThorax)
    assert found.code == code


def test_half_a_chest_gets_no_frame() -> None:
    cut = find_thorax(drawn_chest()[:, round(TRUE.midline[0]) :])
    assert isinstance(cut, NoThorax)
