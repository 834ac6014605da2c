"""Structures lie where thorax coordinates say, on the patient's side, and follow the frame."""

import numpy as np
import pytest

from inference.erasing import area_masks
from inference.preprocessing import InputSpec, as_model_input
from inference.thorax import ThoraxFrame
from inference.thorax.structures import STRUCTURES

FRAME = ThoraxFrame((128.0, 134.0), 90.0, 96.0, 45.0, 190.0, 200.0, 1.0)
BY_CODE = {one.code: one for one in STRUCTURES}


def mask(code: str, frame: ThoraxFrame = FRAME) -> np.ndarray:
    spec = InputSpec(256, 256)
    source = as_model_input(np.zeros((256, 256), np.float32), 256, 256, spec)
    return area_masks([BY_CODE[code].area(frame, 256, 256)], source)[0]


def coordinates() -> tuple[np.ndarray, np.ndarray]:
    x, y = np.meshgrid(np.arange(256) + 0.5, np.arange(256) + 0.5)
    return FRAME.coordinates(x, y)


def test_places_are_what_coordinates_undo() -> None:
    u, v = np.meshgrid(np.linspace(-1.2, 1.2, 13), np.linspace(-0.2, 1.3, 13))
    back = FRAME.coordinates(*FRAME.places(u, v))
    assert back[0] == pytest.approx(u, abs=1e-3)
    assert back[1] == pytest.approx(v, abs=1e-3)


@pytest.mark.parametrize(("code", "sign"), [("right_lung", -1), ("left_lung", 1)])
def test_a_lung_is_of_its_side_alone(code: str, sign: int) -> None:
    u, v = coordinates()
    drawn = mask(code) == 1
    assert (sign * u[drawn]).min() > 0.05
    middle = (sign * u > 0.2) & (sign * u < 0.7) & (v > 0.25) & (v < 1.0)
    assert mask(code)[middle].min() == 1


def test_the_halves_of_a_lung_are_the_lung() -> None:
    both = np.maximum(mask("left_lung_upper"), mask("left_lung_lower"))
    assert np.abs(both - mask("left_lung")).mean() < 0.005
    assert (mask("left_lung_upper") * mask("left_lung_lower")).mean() < 0.01


def test_the_heart_reaches_further_to_the_left() -> None:
    u, _ = coordinates()
    drawn = u[mask("heart") == 1]
    assert drawn.max() > 0.55
    assert -0.5 < drawn.min() < -0.3


@pytest.mark.parametrize("code", ["corners", "around"])
def test_what_lies_around_the_chest_leaves_the_lungs_alone(code: str) -> None:
    drawn = mask(code)
    assert drawn[4, 4] == drawn[4, 251] == drawn[251, 4] == 1
    assert (drawn * np.maximum(mask("left_lung"), mask("right_lung"))).max() < 0.2
    assert (mask("corners") <= mask("around") + 0.01).all()


def test_structures_follow_the_frame() -> None:
    moved = ThoraxFrame((108.0, 114.0), 90.0, 96.0, 55.0, 200.0, 210.0, 1.0)
    shifted = np.roll(mask("heart"), (10, -20), (0, 1))
    assert np.abs(mask("heart", moved) - shifted).max() < 0.05
