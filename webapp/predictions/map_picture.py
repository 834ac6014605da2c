"""One map as a coloured picture for people without the viewer (`?format=png&finding=`)."""

import io

import numpy as np
from PIL import Image as Picture
from PIL import ImageDraw

LABEL = "Research use only - not for diagnosis"
SHORT_SIDE = 384
CAPTION_HEIGHT = 34
# Cividis at nine even steps (Nunez, Anderton, Renslow 2018): even in lightness, also for colour-blind readers.
CIVIDIS = np.array(
    [
        [0, 34, 78],
        [18, 53, 112],
        [59, 73, 108],
        [87, 93, 109],
        [112, 113, 115],
        [138, 134, 120],
        [167, 157, 117],
        [201, 184, 103],
        [254, 232, 56],
    ],
    dtype=np.float64,
)


def map_picture(values: np.ndarray, caption: str) -> bytes:
    """PNG of a map [h, w], coloured from its smallest value, or 0 if that is positive, to its largest.

    Scores are interpolated first and coloured afterwards, as in the viewer. A map without positive evidence says so
    instead of being stretched over the whole range.
    """
    shown = _enlarge(values)
    low, high = min(0.0, float(values.min())), float(values.max())
    level = np.zeros_like(shown) if high <= 0 else (shown - low) / (high - low)
    colours = _coloured(np.clip(level, 0.0, 1.0))
    scale = "no positive evidence" if high <= 0 else f"{low:.3g} to {high:.3g}"
    return _with_captions(colours, f"{caption}, {scale}")


def _enlarge(values: np.ndarray) -> np.ndarray:
    height, width = values.shape
    factor = SHORT_SIDE / min(height, width)
    size = (round(width * factor), round(height * factor))
    image = Picture.fromarray(values.astype(np.float32), mode="F")
    return np.asarray(image.resize(size, Picture.Resampling.BILINEAR))


def _coloured(level: np.ndarray) -> np.ndarray:
    """uint8 [h, w, 3] for levels in [0, 1]."""
    stops = np.linspace(0.0, 1.0, len(CIVIDIS))
    channels = [np.interp(level, stops, CIVIDIS[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=-1).round().astype(np.uint8)


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
