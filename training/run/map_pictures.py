"""PNG pictures of maps over the model's input, and of what layers answer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.boxes import interpolate, positive_part
from inference.map_drawing import (
    OPACITY,
    SHORT_SIDE,
    SMALL_LETTERS,
    captioned,
    draw_box,
    map_over,
    png,
)
from inference.research_use import RESEARCH_LINE

Floats = NDArray[np.floating]
BoxTuple = tuple[float, float, float, float]


def overlay_png(image: Floats, heat: Floats, boxes: list[BoxTuple], caption: str) -> bytes:
    """The input [C,H,W] in [0,1] with the positive part of one map [H,W] over it, true boxes, and a caption.

    A map without a positive value is not stretched to look like one: the picture says so.
    """
    levels = _levels(np.broadcast_to(image, (3, *image.shape[1:])))
    scale = _enlargement(heat.shape)
    size = (heat.shape[1] * scale, heat.shape[0] * scale)
    picture = Image.fromarray(np.moveaxis(levels, 0, -1)).resize(size, Image.Resampling.BILINEAR)
    positive = positive_part(heat)
    if positive.max() > 0:
        shares = interpolate(positive / positive.max(), (size[1], size[0])).clip(0, 1)
        picture = map_over(picture, shares, OPACITY * shares)
    else:
        caption += " (no positive evidence)"
    for box in boxes:
        draw_box(picture, box, scale, "truth")
    return png(captioned(picture, (caption, RESEARCH_LINE), SMALL_LETTERS))


def grid_png(picture: Floats) -> bytes:
    """A gray picture [H,W] in [0,1], enlarged to be seen."""
    scale = _enlargement(picture.shape)
    size = (picture.shape[1] * scale, picture.shape[0] * scale)
    return png(Image.fromarray(_levels(picture)).resize(size, Image.Resampling.NEAREST))


def _levels(values: Floats) -> NDArray[np.uint8]:
    return np.rint(np.clip(np.asarray(values, np.float64), 0, 1) * 255).astype(np.uint8)


def _enlargement(shape: tuple[int, ...]) -> int:
    """The least whole factor that makes the shorter side SHORT_SIDE or more."""
    return max(1, -(-SHORT_SIDE // min(shape)))
