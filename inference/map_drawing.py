"""How a map is drawn, in every picture: scores interpolated first and coloured afterwards, as in the viewer (pixels.md §9),
boxes in the colours of their meaning, and below them a caption with the line that every picture must carry."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from inference.boxes import interpolate
from inference.colour_map import cividis
from inference.colours import colour
from inference.research_use import RESEARCH_LINE

OPACITY = 0.4
SHORT_SIDE = 384  # of a small map or input, enlarged to be seen
SMALL_LETTERS = 10
_SMALLEST_LETTERS = 8

Floats = NDArray[np.floating]


def map_png(values: Floats, caption: str) -> bytes:
    """PNG of a map [h, w] alone, coloured from its smallest value, or 0 if that is positive, to its largest.

    A map without positive evidence says so instead of being stretched over the whole range.
    """
    height, width = values.shape
    factor = SHORT_SIDE / min(height, width)
    fine = interpolate(np.asarray(values, np.float64), (round(height * factor), round(width * factor)))
    low, high = min(0.0, float(values.min())), float(values.max())
    shares = np.zeros_like(fine) if high <= 0 else (fine - low) / (high - low)
    scale = "no positive evidence" if high <= 0 else f"{low:.3g} to {high:.3g}"
    picture = Image.fromarray(cividis(np.clip(shares, 0.0, 1.0)))
    return png(captioned(picture, (RESEARCH_LINE, f"{caption}, {scale}"), SMALL_LETTERS))


def map_over(base: Image.Image, shares: Floats, alpha: Floats) -> Image.Image:
    """The RGB picture with a map over it. shares: scores [rows, columns] of the picture as parts of the greatest, in
    [0, 1]; alpha: how much of the map's colour is in the mixture there, in [0, 1]."""
    mixed = np.asarray(base, np.float64) * (1 - alpha[..., None]) + cividis(shares) * alpha[..., None]
    return Image.fromarray(np.rint(mixed).astype(np.uint8))


def draw_box(picture: Image.Image, box: tuple[float, float, float, float], scale: float, colour_name: str) -> None:
    """Two pixels of outline inside the box. box: x, y, w, h in source pixels; scale: picture pixels per source pixel."""
    left, top, width, height = (side * scale for side in box)
    corners = (left, top, max(left, left + width - 1), max(top, top + height - 1))
    ImageDraw.Draw(picture).rectangle(corners, outline=colour(colour_name), width=2)


def captioned(picture: Image.Image, lines: Sequence[str], letters: int) -> Image.Image:
    """The picture on black with a bar of two lines below, in letters of that height or smaller, so that they fit."""
    margin, pitch, bar = 4 + letters // 5, 2 + letters * 6 // 5, 6 + letters * 14 // 5
    page = Image.new("RGB", (max(picture.width, 24 * letters), picture.height + bar), "black")
    page.paste(picture, (0, 0))
    pen = ImageDraw.Draw(page)
    for line, text in enumerate(lines):
        start = (margin, picture.height + 3 * letters // 10 + pitch * line)
        _write_line(pen, start, text, page.width - 2 * margin, letters)
    return page


def png(picture: Image.Image) -> bytes:
    """The picture as the bytes of a PNG file."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _write_line(pen: ImageDraw.ImageDraw, start: tuple[float, float], text: str, width: int, letters: int) -> None:
    """One line in the default font. That font has no em dash, so the dash is drawn."""
    font = _font_for(text, width, letters)
    x, y = start
    dash = font.getlength("mm") / 2
    for part in text.split("—"):
        if x > start[0]:
            middle = y + font.getbbox("x")[1] / 2 + font.getbbox("x")[3] / 2
            pen.line((x, middle, x + dash, middle), fill=colour("text"), width=max(1, letters // 10))
            x += dash
        pen.text((x, y), part, fill=colour("text"), font=font)
        x += font.getlength(part)


def _font_for(text: str, width: int, letters: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The default font, as large as the line allows."""
    for size in range(letters, _SMALLEST_LETTERS, -1):
        font = ImageFont.load_default(size)
        if font.getlength(text.replace("—", "m")) <= width:
            return font
    return ImageFont.load_default(_SMALLEST_LETTERS)
