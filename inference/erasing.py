"""Parts of a model's input erased and filled, to see how its answer moves: which pixels, and with what.

No filling is neutral: each makes a picture that no detector gives, and a model may answer to that. So every part is filled in
both ways of FILLINGS, and both answers are shown. What is learnt is the behaviour of the model, not anatomy.
Areas are in pixels of the image as stored, corner convention; masks lie over the model's field as its tensor does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from inference.preprocessing import InputSpec, ModelInput, as_model_input

Point = tuple[float, float]

# Code -> how people read it. own method: two fillings, as one alone cannot be told from what it removes.
FILLINGS: Final = {
    "surroundings": "smoothed in from around it",
    "mean": "even gray, the picture's mean",
}

MOST_ERASED = 0.9  # of the picture: of less than a tenth nothing is left to look at, nor to smooth in from
_FINE = 2  # masks are drawn at twice the model's size
_SOFT = (
    1.5  # standard deviation of the rim outside an area, pixels of the model: a hard edge would be a finding of its own
)
_BRUSH_CORNERS = 16


@dataclass(frozen=True)
class Stroke:
    """A brush of `radius` along points."""

    points: tuple[Point, ...]
    radius: float

    def polygons(self) -> list[list[Point]]:
        """The brush at each point, and between each and the next."""
        angles = np.linspace(0, 2 * np.pi, _BRUSH_CORNERS, endpoint=False)
        circle = self.radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        discs = [circle + point for point in np.asarray(self.points, np.float64)]
        found = [[(float(x), float(y)) for x, y in disc] for disc in discs]
        for (x0, y0), (x1, y1) in zip(self.points, self.points[1:], strict=False):
            length = float(np.hypot(x1 - x0, y1 - y0))
            if length > 0:
                across, down = -(y1 - y0) / length * self.radius, (x1 - x0) / length * self.radius
                found.append(
                    [
                        (x0 + across, y0 + down),
                        (x1 + across, y1 + down),
                        (x1 - across, y1 - down),
                        (x0 - across, y0 - down),
                    ]
                )
        return found


@dataclass(frozen=True)
class Area:
    """What is erased: the union of polygons and strokes, without what lies in a hole."""

    polygons: tuple[tuple[Point, ...], ...] = ()
    strokes: tuple[Stroke, ...] = ()
    holes: tuple[tuple[Point, ...], ...] = ()

    def outlines(self) -> list[Sequence[Point]]:
        """Of polygons and strokes."""
        return [*self.polygons, *(polygon for stroke in self.strokes for polygon in stroke.polygons())]


def area_masks(areas: Sequence[Area], model_input: ModelInput) -> np.ndarray:
    """float32 [N, H, W] in [0, 1]: 1 where erased, with a soft rim outside the area; 0 outside the picture."""
    seen = picture_mask(model_input)
    return np.stack([_drawn(area, model_input) * seen for area in areas]) if areas else np.zeros((0, *seen.shape), "f4")


def picture_mask(model_input: ModelInput) -> np.ndarray:
    """float32 [H, W]: 1 where the model's field shows the image, 0 in a letterbox's bars."""
    x0, y0, x1, y1 = model_input.region
    height, width = model_input.turn.undone(model_input.image)[0].shape
    x = x0 + (np.arange(width) + 0.5) * (x1 - x0) / width
    y = y0 + (np.arange(height) + 0.5) * (y1 - y0) / height
    inside = ((y > 0) & (y < model_input.source_height))[:, None] & ((x > 0) & (x < model_input.source_width))[None, :]
    return np.ascontiguousarray(model_input.turn.applied(inside), np.float32)


def erased_shares(masks: np.ndarray, model_input: ModelInput) -> list[float]:
    """The part of the picture that each mask erases, 0 to 1."""
    seen = picture_mask(model_input)
    return [float(value) for value in masks.sum(axis=(1, 2)) / max(float(seen.sum()), 1.0)]


def filled(model_input: ModelInput, masks: np.ndarray, filling: str) -> np.ndarray:
    """float32 [N, H, W]: the input with each mask erased. Raises ValueError for a filling that is not in FILLINGS."""
    if filling not in FILLINGS:
        raise ValueError(f"filling {filling!r} is not one of {', '.join(FILLINGS)}")
    image, seen = model_input.image[0], picture_mask(model_input)
    if filling == "mean":
        paint: np.ndarray = np.full_like(image, image[seen > 0].mean())
    else:
        paint = _smoothed_in(image, seen * (1 - masks))
    return np.clip(image * (1 - masks) + paint * masks, 0.0, 1.0, dtype=np.float32)


def erased_inputs(model_input: ModelInput, masks: np.ndarray, filling: str) -> list[ModelInput]:
    """One input per mask, hashed as any other."""
    spec = InputSpec(*model_input.image.shape[1:])  # the size alone is asked: the pixels are the model's already
    copies = filled(model_input, masks, filling)
    return [
        as_model_input(copy, model_input.source_height, model_input.source_width, spec, model_input.turn)
        for copy in copies
    ]


def _drawn(area: Area, model_input: ModelInput) -> np.ndarray:
    """float32 [H, W]: 1 inside, falling to 0 within a few pixels outside."""
    x0, y0, x1, y1 = model_input.region
    stored = model_input.turn.undone(model_input.image)[0]
    height, width = (size * _FINE for size in stored.shape)
    plane = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(plane)
    for fill, outlines in ((255, area.outlines()), (0, area.holes)):
        for outline in outlines:
            pen.polygon([((x - x0) * width / (x1 - x0), (y - y0) * height / (y1 - y0)) for x, y in outline], fill=fill)
    soft = plane.filter(ImageFilter.GaussianBlur(_SOFT * _FINE)).resize(stored.shape[::-1], Image.Resampling.BOX)
    mask = np.minimum(np.asarray(soft, np.float32) * (2 / 255), 1.0)  # 1 from the drawn edge inwards
    return np.ascontiguousarray(model_input.turn.applied(mask))


def _smoothed_in(image: np.ndarray, known: np.ndarray) -> np.ndarray:
    """float32 [N, H, W]: where little is known, the mean of what is known around it, the wider the less there is near.

    image: [H, W]. known: [N, H, W] in [0, 1]. Push and pull: means of 2 x 2 down to one pixel, and back up.
    """
    count, height, width = known.shape
    side = 1 << max(height - 1, width - 1, 1).bit_length()
    weight = np.zeros((count, side, side), np.float32)
    weight[:, :height, :width] = known
    value = np.zeros_like(weight)
    value[:, :height, :width] = image * known
    levels = []
    while True:
        mean = value / np.maximum(weight, 1e-6)
        levels.append((mean, np.minimum(weight, 1.0)))
        if weight.shape[-1] == 1:
            break
        value, weight = _halved(mean * np.minimum(weight, 1.0)), _halved(np.minimum(weight, 1.0))
    whole, _ = levels.pop()
    for mean, weight in reversed(levels):
        whole = weight * mean + (1 - weight) * _doubled(whole)
    return whole[:, :height, :width]


def _halved(plane: np.ndarray) -> np.ndarray:
    """Sums of 2 x 2."""
    return plane[:, ::2, ::2] + plane[:, 1::2, ::2] + plane[:, ::2, 1::2] + plane[:, 1::2, 1::2]


def _doubled(plane: np.ndarray) -> np.ndarray:
    """Bilinear, borders repeated."""
    for axis in (1, 2):
        size = plane.shape[axis]
        before = np.take(plane, np.maximum(np.arange(size) - 1, 0), axis)
        after = np.take(plane, np.minimum(np.arange(size) + 1, size - 1), axis)
        pair = np.stack([0.75 * plane + 0.25 * before, 0.75 * plane + 0.25 * after], axis + 1)
        shape = list(plane.shape)
        shape[axis] = 2 * size
        plane = pair.reshape(shape)
    return plane
