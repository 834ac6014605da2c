"""Which site of the failure scheme each pixel of a phantom belongs to, from the geometry that the phantom was drawn from.

The frame and the proposal never see this: it is what they are measured against. Sites that a place alone does not tell (rib,
device, diffuse, edge or marker) are left out; the spine lies behind the mediastinum and is left out with them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from training.phantoms.canvas import Canvas
from training.phantoms.draw import Phantom, _canvas
from training.phantoms.patient import Anatomy, Exposure, draw_anatomy, draw_exposure, draw_patient
from training.phantoms.torso import dome_height, heart_path, lung_half_width
from training.phantoms.vessels import HILUM

# In the order in which a pixel is taken.
SITES = ("CPA", "CFA", "CLA", "APX", "MED", "HIL", "CAR", "RCD", "RDP", "PLE", "UZ", "MZ", "LZ", "SFT", "EXT")


@dataclass(frozen=True)
class Geometry:
    """What a phantom was drawn from. cardiothoracic_ratio: of the heart that is in the picture."""

    anatomy: Anatomy
    exposure: Exposure
    canvas: Canvas
    cardiothoracic_ratio: float


def geometry(phantom: Phantom) -> Geometry:
    """Drawn again from the phantom's seed."""
    person, rng = np.random.default_rng([phantom.seed, 1]), np.random.default_rng([phantom.seed, 2])
    anatomy = draw_anatomy(person, draw_patient(person, None, None))
    exposure = draw_exposure(rng, None)
    height, width = phantom.image.shape
    return Geometry(anatomy, exposure, _canvas(height, width, anatomy, exposure), phantom.cardiothoracic_ratio)


def landmarks(phantom: Phantom) -> dict[str, float]:
    """x and y of the true lines in pixels, named as in ThoraxFrame."""
    g = geometry(phantom)
    half = 0.5 * g.anatomy.width
    right, left = (float(dome_height(g.anatomy, g.exposure, np.array(x))) for x in (-half, half))
    top, low = _pixel(g, 0, 0), _pixel(g, 0, 0.5 * (right + left))
    edges = [_pixel(g, x, 0.85 * 0.5 * (right + left))[0] for x in (-g.anatomy.width, g.anatomy.width)]
    domes = [_pixel(g, x, y)[1] for x, y in ((-half, right), (half, left))]
    return {
        "above": top[0], "below": low[0], "right": edges[0], "left": edges[1],
        "apex": top[1], "right_dome": domes[0], "left_dome": domes[1],
    }  # fmt: skip


def _pixel(g: Geometry, x: float, y: float) -> tuple[float, float]:
    column, row = g.canvas.to_pixels(np.array(x * g.anatomy.scale), np.array(y * g.anatomy.scale))
    return float(column), float(row)


def site_masks(phantom: Phantom) -> dict[str, NDArray[np.bool_]]:
    """site -> bool [rows, columns]; a pixel is of one site at most, the first of SITES that holds it."""
    g = geometry(phantom)
    x, y = (plane / np.float32(g.anatomy.scale) for plane in g.canvas.grid())
    cm = g.canvas.cm / g.anatomy.scale
    dome = dome_height(g.anatomy, g.exposure, x)
    half = lung_half_width(g.anatomy, y)
    ax, inner = np.abs(x), (np.abs(x) < half) & (y > 0)
    lung = inner & (y < dome)
    heart = heart_path(x, y, g.anatomy, g.exposure, g.cardiothoracic_ratio) > 0.6
    depth = ndimage.distance_transform_edt(heart) * cm  # from the heart's outline inwards, cm
    away = ndimage.distance_transform_edt(~heart) * cm
    share = y / dome
    found = {
        "CPA": inner & (_from_angle(g, x, y) < 2.6),
        "CFA": lung & (away < 1.5) & ~heart & (dome - y < 1.6),
        "CLA": inner & (y < 5.5) & (_from_clavicle(g, x, y) < 1.3),
        "APX": inner & (ax > 1.6) & (share < 0.17),
        "MED": (ax < 2.4) & (y > -0.5) & (share < 1.0) & ~heart,
        "HIL": lung & _near_hilum(g, x, y) & ~(depth > 0.8),
        "CAR": lung & (((depth > 0) & (depth < 1.1)) | ((away < 0.9) & ~heart)) & (ax > 1.8) & (share > 0.5),
        "RCD": lung & heart,
        "RDP": inner & (y > dome) & (y < dome + 5.0),
        "PLE": lung & (half - ax < 0.9) & (share > 0.2),
        "UZ": lung & (share < 1 / 3),
        "MZ": lung & (share < 2 / 3),
        "LZ": lung,
        "SFT": (ax > half + 0.4) & (ax < half + g.anatomy.wall + 0.5) & (share > 0.35) & (y < dome + 2),
        "EXT": (y > dome + 7.0) | (y < -3.5) | ((ax > half + g.anatomy.wall + 2.0) & (share > 0.2)),
    }
    taken = np.zeros(x.shape, dtype=bool)
    masks = {}
    for site in SITES:
        masks[site] = found[site] & ~taken
        taken |= found[site]
    return masks


def patient_side(phantom: Phantom) -> NDArray[np.float32]:
    """x of each pixel in cm from the midline, below 0 on the patient's right."""
    return geometry(phantom).canvas.grid()[0]


def _from_angle(g: Geometry, x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    """cm from the nearer costophrenic angle."""
    distances = []
    for side in (-0.93, 0.93):
        ax = side * g.anatomy.width
        distances.append(np.hypot(x - ax, y - float(dome_height(g.anatomy, g.exposure, np.array(ax)))))
    return np.minimum(*distances)


def _near_hilum(g: Geometry, x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.bool_]:
    near = np.zeros(x.shape, dtype=bool)
    for hx, hy in HILUM.values():
        near |= ((x - hx) / 2.1) ** 2 + ((y - hy * g.exposure.inspiration**0.5) / 2.6) ** 2 < 1
    return near


def _from_clavicle(g: Geometry, x: NDArray[np.float32], y: NDArray[np.float32]) -> NDArray[np.float32]:
    """cm from the nearer clavicle's axis (training.phantoms.skeleton.clavicle without its jitter)."""
    t = np.linspace(0, 0.75, 40)
    rise = g.anatomy.clavicle_rise + 2.2 * g.exposure.arms_up
    axis_y = 3.0 + g.exposure.clavicle_drop - rise * t - 0.6 * np.sin(2 * np.pi * t)
    nearest = np.full(x.shape, np.inf, dtype=np.float32)
    for side in (-1.0, 1.0):
        for px, py in zip(side * (1.7 + 14.3 * t) + g.exposure.turn * np.exp(-t / 0.5), axis_y, strict=True):
            nearest = np.minimum(nearest, np.hypot(x - np.float32(px), y - np.float32(py)))
    return nearest
