"""Outlines of a few structures of the chest in thorax coordinates: what can be erased by name where a thorax was found.

Rough on purpose: drawn from the lungs and hearts of 16 phantoms in their found frames, they say where to erase, not where an organ
ends. Sides are the patient's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from inference.erasing import Area, Point
from inference.thorax.thorax_frame import ThoraxFrame

# v and |u| of the outer edge of a lung, apex to the costophrenic angle.
_LUNG_V = (-0.05, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 1.0, 1.13)
_LUNG_U = (0.3, 0.55, 0.7, 0.82, 0.92, 0.97, 1.02, 1.02, 1.02)
_INNER_U, _MIDDLE_V = 0.12, 0.5
_HEART: Final = (0.14, 0.74, 0.54, 0.36)  # centre u, v; half width and height of an ellipse
_CHEST_MARGIN, _CHEST_V = 0.1, (-0.12, 1.22)


@dataclass(frozen=True)
class Structure:
    """code: of programs. title: the patient's side. picture_title: where the file does not state its sides."""

    code: str
    title: str
    picture_title: str
    outline: tuple[Point, ...]  # (u, v)
    around: tuple[
        Point, ...
    ] = ()  # corners of rectangles in shares of the picture, two each: what is erased around the outline

    def area(self, frame: ThoraxFrame, rows: int, columns: int) -> Area:
        """In pixels of the frame's picture, of rows x columns."""
        u, v = (np.array(values) for values in zip(*self.outline, strict=True))
        x, y = frame.places(u, v)
        polygon = tuple((float(px), float(py)) for px, py in zip(x, y, strict=True))
        if not self.around:
            return Area(polygons=(polygon,))
        corners = [(share * columns, down * rows) for share, down in self.around]
        pairs = zip(corners[::2], corners[1::2], strict=True)
        return Area(
            polygons=tuple(
                ((left, top), (right, top), (right, low), (left, low)) for (left, top), (right, low) in pairs
            ),
            holes=(polygon,),
        )


def _lung(side: int, low: float, high: float) -> tuple[Point, ...]:
    """side: -1 of the patient's right lung. low, high: of v."""
    v = np.linspace(low, high, 15)
    outer = [(side * float(u), float(row)) for u, row in zip(np.interp(v, _LUNG_V, _LUNG_U), v, strict=True)]
    return (*outer, (side * _INNER_U, high), (side * _INNER_U, low))


def _heart() -> tuple[Point, ...]:
    u, v, half, height = _HEART
    angles = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    return tuple((float(u + half * np.cos(one)), float(v + height * np.sin(one))) for one in angles)


def _chest() -> tuple[Point, ...]:
    v = np.linspace(*_CHEST_V, 15)
    u = np.interp(v, _LUNG_V, _LUNG_U) + _CHEST_MARGIN
    right, left = ([(side * float(one), float(row)) for one, row in zip(u, v, strict=True)] for side in (-1, 1))
    return (*right, *left[::-1])


_CORNERS = tuple(
    (share + along * 0.24, down + along * 0.22) for share in (0.0, 0.76) for down in (0.0, 0.78) for along in (0, 1)
)
_TOP, _LOW = _LUNG_V[0], _LUNG_V[-1]
STRUCTURES: Final = (
    Structure("right_lung", "Right lung", "Lung on the left of the picture", _lung(-1, _TOP, _LOW)),
    Structure("left_lung", "Left lung", "Lung on the right of the picture", _lung(1, _TOP, _LOW)),
    Structure(
        "right_lung_upper", "Right lung, upper half", "Upper half, left of the picture", _lung(-1, _TOP, _MIDDLE_V)
    ),
    Structure(
        "right_lung_lower", "Right lung, lower half", "Lower half, left of the picture", _lung(-1, _MIDDLE_V, _LOW)
    ),
    Structure(
        "left_lung_upper", "Left lung, upper half", "Upper half, right of the picture", _lung(1, _TOP, _MIDDLE_V)
    ),
    Structure(
        "left_lung_lower", "Left lung, lower half", "Lower half, right of the picture", _lung(1, _MIDDLE_V, _LOW)
    ),
    Structure("heart", "Heart region", "Heart region", _heart()),
    Structure("corners", "Corners of the picture", "Corners of the picture", _chest(), _CORNERS),
    Structure("around", "All around the chest", "All around the chest", _chest(), ((0.0, 0.0), (1.0, 1.0))),
)
