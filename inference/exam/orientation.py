"""Patient Orientation (PS3.3 C.7.6.1.1.1): where the rows and columns of an image run, and how it comes to L\\F.

First value: the direction in which columns are counted (to the right), second: that of rows (down). A frontal film is
looked at with the patient's left on the right and the head at the top: `L\\F`.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

Region = tuple[float, float, float, float]

_AXES = {"L": "side", "R": "side", "H": "length", "F": "length", "A": "depth", "P": "depth"}
_OPPOSITE = {"L": "R", "R": "L", "H": "F", "F": "H", "A": "P", "P": "A"}


@dataclass(frozen=True)
class Turn:
    """Rows and columns exchanged first, then columns, then rows reversed. Lossless, and undone by `undone`."""

    is_transposed: bool = False
    flips_columns: bool = False
    flips_rows: bool = False

    @property
    def is_identity(self) -> bool:
        return not (self.is_transposed or self.flips_columns or self.flips_rows)

    def applied(self, values: np.ndarray) -> np.ndarray:
        """A view of `values` [..., rows, columns] as it is looked at."""
        turned = values.swapaxes(-1, -2) if self.is_transposed else values
        turned = turned[..., ::-1] if self.flips_columns else turned
        return turned[..., ::-1, :] if self.flips_rows else turned

    def undone(self, values: np.ndarray) -> np.ndarray:
        """A view of `values` [..., rows, columns], which were turned, as they are stored."""
        stored = values[..., ::-1, :] if self.flips_rows else values
        stored = stored[..., ::-1] if self.flips_columns else stored
        return stored.swapaxes(-1, -2) if self.is_transposed else stored

    def stored_region(self, region: Region, rows: int, columns: int) -> Region:
        """A region of the turned image, x0, y0, x1, y1, in pixels of the stored image of rows x columns."""
        x0, y0, x1, y1 = region
        height, width = (columns, rows) if self.is_transposed else (rows, columns)
        if self.flips_columns:
            x0, x1 = width - x1, width - x0
        if self.flips_rows:
            y0, y1 = height - y1, height - y0
        return (y0, x0, y1, x1) if self.is_transposed else (x0, y0, x1, y1)

    def stored_point(self, x: float, y: float, rows: int, columns: int) -> tuple[float, float]:
        """A point of the turned image in pixels of the stored image of rows x columns."""
        x0, y0, _, _ = self.stored_region((x, y, x, y), rows, columns)
        return x0, y0


AS_STORED: Final = Turn()


@dataclass(frozen=True)
class Directions:
    """right: where columns run to, down: where rows run to; each one to three of L R H F A P, the nearest axis first."""

    right: str
    down: str

    @property
    def is_frontal(self) -> bool:
        """Rows and columns run along side and length: the beam went through the patient's depth."""
        return {_AXES[self.right[0]], _AXES[self.down[0]]} == {"side", "length"}

    @property
    def is_lateral(self) -> bool:
        """Rows and columns run along depth and length."""
        return {_AXES[self.right[0]], _AXES[self.down[0]]} == {"depth", "length"}

    @property
    def left(self) -> str:
        return opposite(self.right)

    @property
    def up(self) -> str:
        return opposite(self.down)

    @property
    def turn(self) -> Turn:
        """To L\\F; the identity for an image that is not frontal."""
        if not self.is_frontal:
            return AS_STORED
        is_transposed = _AXES[self.right[0]] == "length"
        side, length = (self.down, self.right) if is_transposed else (self.right, self.down)
        return Turn(is_transposed, side[0] == "R", length[0] == "H")


def read_directions(patient_orientation: str) -> Directions | None:
    """None for anything but two directions of a standing patient along two axes (`R`, `L\\F\\X`, `L\\R`, a dog's `LE\\V`)."""
    values = [value.strip().upper() for value in patient_orientation.split("\\")]
    if len(values) != 2 or not all(_is_direction(value) for value in values):
        return None
    right, down = values
    return None if _AXES[right[0]] == _AXES[down[0]] else Directions(right, down)


def opposite(direction: str) -> str:
    return "".join(_OPPOSITE[letter] for letter in direction)


def _is_direction(value: str) -> bool:
    axes = [_AXES.get(letter) for letter in value]
    return 1 <= len(axes) <= 3 and None not in axes and len(set(axes)) == len(axes)
