"""One map as a coloured picture for people without the viewer (`?format=png&finding=`)."""

import io

import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw

from inference.colour_map import cividis

LABEL = "Research use only - not for diagnosis"
SHORT_SIDE = 384
CAPTION_HEIGHT = 34


def map_picture(values: np.ndarray, caption: str) -> bytes:
    """PNG of a map [h, w], coloured from its smallest value, or 0 if that is positive, to its largest.

    Scores are interpolated first and coloured afterwards, as in the viewer. A map without positive evidence says so
    instead of being stretched over the whole range.
    """
    shown = _enlarge(values)
    low, high = min(0.0, float(values.min())), float(values.max())
    level = np.zeros_like(shown) if high <= 0 else (shown - low) / (high - low)
    colours = cividis(np.clip(level, 0.0, 1.0))
    scale = "no positive evidence" if high <= 0 else f"{low:.3g} to {high:.3g}"
    return _with_captions(colours, f"{caption}, {scale}")


def _enlarge(values: np.ndarray) -> np.ndarray:
    height, width = values.shape
    factor = SHORT_SIDE / min(height, width)
    size = (round(width * factor), round(height * factor))
    image = Picture.fromarray(values.astype(np.float32), mode="F")
    return np.asarray(image.resize(size, Picture.Resampling.BILINEAR))


def _with_captions(colours: np.ndarray, caption: str) -> bytes:
    height, width = colours.shape[:2]
    page = Picture.new("RGB", (width, height + CAPTION_HEIGHT), "black")
    page.paste(Picture.fromarray(colours), (0, 0))
    draw = ImageDraw.Draw(page)
    draw.text((6, height + 3), LABEL, fill="white")
    draw.text((6, height + 17), caption, fill="white")
    buffer = io.BytesIO()
    page.save(buffer, format="PNG")
    return buffer.getvalue()
