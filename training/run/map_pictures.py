"""PNG pictures of maps over the model's input, and of what layers answer."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from inference.colour_map import cividis
from inference.overlay import OPACITY, RESEARCH_LINE

SHORTEST_SIDE = 384
BAR = 34
BOX_COLOUR = "#ffffff"

Floats = NDArray[np.floating]
BoxTuple = tuple[float, float, float, float]


def overlay_png(image: Floats, heat: Floats, boxes: list[BoxTuple], caption: str) -> bytes:
    """The input [C,H,W] in [0,1] with the positive part of one map [H,W] over it, true boxes, and a caption.

    A map without a positive value is not stretched to look like one: the picture says so.
    """
    gray = np.asarray(image, np.float64)
    base = np.repeat(gray, 3, axis=0) if len(gray) == 1 else gray
    colours = np.clip(np.moveaxis(base, 0, -1), 0, 1) * 255
    positive = np.maximum(np.asarray(heat, np.float64), 0)
    if positive.max() > 0:
        share = positive / positive.max()
        alpha = OPACITY * share[..., None]
        colours = colours * (1 - alpha) + cividis(share) * alpha
    else:
        caption += " (no positive evidence)"
    scale = max(1, -(-SHORTEST_SIDE // min(colours.shape[:2])))
    size = (colours.shape[1] * scale, colours.shape[0] * scale)
    picture = Image.fromarray(np.rint(colours).astype(np.uint8)).resize(size, Image.Resampling.BILINEAR)
    pen = ImageDraw.Draw(picture)
    for x, y, w, h in boxes:
        pen.rectangle((x * scale, y * scale, (x + w) * scale - 1, (y + h) * scale - 1), outline=BOX_COLOUR, width=2)
    return _png(_captioned(picture, caption))


def grid_png(picture: Floats) -> bytes:
    """A gray picture [H,W] in [0,1], enlarged to be seen."""
    levels = np.rint(np.clip(np.asarray(picture, np.float64), 0, 1) * 255).astype(np.uint8)
    scale = max(1, -(-SHORTEST_SIDE // min(levels.shape)))
    return _png(
        Image.fromarray(levels).resize((levels.shape[1] * scale, levels.shape[0] * scale), Image.Resampling.NEAREST)
    )


def _captioned(picture: Image.Image, caption: str) -> Image.Image:
    canvas = Image.new("RGB", (picture.width, picture.height + BAR), "black")
    canvas.paste(picture, (0, 0))
    pen = ImageDraw.Draw(canvas)
    # The default font has no long dash.
    for line, text in enumerate((caption, RESEARCH_LINE.replace("—", "-"))):
        pen.text((6, picture.height + 3 + 15 * line), text, fill="#d8dde3")
    return canvas


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
