"""The test picture: strips of four fields, one of which differs. Pure: pixels and a table, no database.

Ends of the scale: 5 % and 95 % squares as in SMPTE RP 133. Between them: squares three to five of 255 steps above their ground, an
own choice in the spirit of the low-contrast letters of TG18-QC (AAPM OR-03); by the sRGB formula they are 3 to 33 % of the ground's
luminance. Lines of one pixel: a picture that is scaled anywhere on its way blurs them.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image

FIELDS = 4
FIELD_PX = (96, 128)  # rows, columns of a field
SQUARE_PX = 48
GAP_PX = 4
LINES = (64, 192)  # dark and bright lines: one pixel each


@dataclass(frozen=True)
class Strip:
    """Four fields of one ground. square: grey level of the square in one of them; None: lines, upright in one field only.

    missed: what it means when the difference is not seen.
    """

    title: str
    missed: str
    ground: int = 0
    square: int | None = None


STRIPS: Mapping[str, Strip] = {
    "black": Strip(
        "5 % in black", "the darkest parts of an image drown: brightness too low, or light on the screen", 0, 13
    ),
    "darkest": Strip(
        "10 %, a step of 5", "dark lung and mediastinum lose steps: light on the screen, or brightness", 26, 31
    ),
    "dark": Strip("30 %, a step of 3", "dark greys lose steps", 77, 80),
    "middle": Strip("50 %, a step of 3", "middle greys lose steps", 128, 131),
    "bright": Strip("70 %, a step of 3", "bright greys lose steps", 179, 182),
    "brightest": Strip("90 %, a step of 3", "bright greys lose steps: contrast too high", 230, 233),
    "white": Strip("95 % in white", "the brightest parts of an image merge: contrast too high", 255, 242),
    "lines": Strip("lines of one pixel", "the picture is scaled on its way to the screen: fine lines are lost"),
}


def strip_pixels(code: str, place: int) -> np.ndarray:
    """uint8 [rows, columns] of the strip whose field number `place` (1 to FIELDS) differs. Raises KeyError, ValueError."""
    strip = STRIPS[code]
    if not 1 <= place <= FIELDS:
        raise ValueError(f"field {place} is not 1 to {FIELDS}")
    rows, columns = FIELD_PX
    picture = np.zeros((rows, FIELDS * columns + (FIELDS - 1) * GAP_PX), np.uint8)
    for field in range(FIELDS):
        left = field * (columns + GAP_PX)
        picture[:, left : left + columns] = _field(strip, field + 1 == place)
    return picture


def _field(strip: Strip, differs: bool) -> np.ndarray:
    if strip.square is None:
        lines = np.indices(FIELD_PX)[1 if differs else 0] % 2
        return np.where(lines == 0, *LINES).astype(np.uint8)
    field = np.full(FIELD_PX, strip.ground, np.uint8)
    if differs:
        top, left = ((size - SQUARE_PX) // 2 for size in FIELD_PX)
        field[top : top + SQUARE_PX, left : left + SQUARE_PX] = strip.square
    return field


def strip_png(code: str, place: int) -> bytes:
    """The strip as 8-bit grey PNG without a colour profile: its levels reach the screen as they are. Raises as strip_pixels."""
    file = io.BytesIO()
    Image.fromarray(strip_pixels(code, place)).save(file, "PNG")
    return file.getvalue()
