"""The eight orientations of a frontal film, and everything that is none."""

import numpy as np
import pytest

from inference.exam.orientation import AS_STORED, Turn, read_directions

# A picture whose corners say where they are when it is looked at: head and right first.
LOOKED_AT = np.array([["HR", "HL"], ["-R", "-L"], ["FR", "FL"]])
FRONTAL = ["L\\F", "L\\H", "R\\F", "R\\H", "F\\L", "F\\R", "H\\L", "H\\R"]


def stored(orientation):
    """The same picture as a file with this orientation holds it, from the meaning of the attribute alone."""
    right, down = orientation.split("\\")

    def along(direction):  # indices of a LOOKED_AT axis in the order in which they are stored
        return {"L": [0, 1], "R": [1, 0], "F": [0, 1, 2], "H": [2, 1, 0]}[direction]

    if right in "LR":
        return np.array([[LOOKED_AT[row, column] for column in along(right)] for row in along(down)])
    return np.array([[LOOKED_AT[row, column] for row in along(right)] for column in along(down)])


@pytest.mark.parametrize("orientation", FRONTAL)
def test_every_frontal_orientation_comes_to_left_and_feet_and_back(orientation):
    directions = read_directions(orientation)
    assert directions is not None
    picture = stored(orientation)
    assert directions.turn.applied(picture).tolist() == LOOKED_AT.tolist()
    assert directions.turn.undone(directions.turn.applied(picture)).tolist() == picture.tolist()
    assert directions.turn.is_identity is (orientation == "L\\F")


def test_the_eight_turns_differ():
    assert len({read_directions(orientation).turn for orientation in FRONTAL}) == 8


def test_a_turn_keeps_the_axes_before_rows_and_columns():
    maps = np.arange(12).reshape(2, 2, 3)
    turned = Turn(True, True, False).applied(maps)
    assert turned.shape == (2, 3, 2)
    assert turned[1].tolist() == Turn(True, True, False).applied(maps[1]).tolist()


@pytest.mark.parametrize("orientation", ["A\\F", "P\\F", "L\\P"])
def test_a_film_that_is_not_frontal_is_not_turned(orientation):
    assert read_directions(orientation).turn == AS_STORED


@pytest.mark.parametrize(
    "orientation", ["R", "L\\F\\X", "L\\R", "L\\L", "LE\\V", "X\\F", "LR\\F", "", "\\", "L\\", "LAFH\\F"]
)
def test_nothing_is_read_from_other_values(orientation):
    assert read_directions(orientation) is None


def test_slightly_turned_directions_count_by_their_first_letter():
    directions = read_directions("RA\\F")
    assert directions.turn == Turn(False, True, False)
    assert (directions.left, directions.up) == ("LP", "H")
