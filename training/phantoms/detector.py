"""From path lengths to the gray values of a processed digital radiograph.

Beer-Lambert attenuation, scattered light as a wide blur of the primary, photon noise in the exposure, point spread, logarithm,
and a tone curve with edge enhancement as vendors apply before "for presentation".
"""

from __future__ import annotations

import numpy as np

from training.phantoms.canvas import Canvas, Plane, fast_blur
from training.phantoms.patient import Exposure

WATER = 0.21  # 1/cm at the effective energy of a 120 kV chest beam
BONE = 0.62  # 1/cm above the water it displaces, compact bone
METAL = 9.0  # 1/cm


def expose(
    canvas: Canvas, water: Plane, bone: Plane, metal: Plane, exposure: Exposure, rng: np.random.Generator
) -> Plane:
    """Optical density-like signal, float32 [height, width]: -log of the detected exposure; larger = denser."""
    primary = np.exp(-np.float32(WATER) * water - np.float32(BONE) * bone - np.float32(METAL) * metal)
    wide = canvas.blur(np.minimum(primary, np.float32(0.25)), 3.2)
    # Behind 20 cm of water scatter outweighs the primary even with a grid; it is what makes mediastinum and abdomen pale.
    light = primary + np.float32(0.85 * exposure.scatter) * wide
    light = canvas.blur(light, 0.018)
    photons = np.float32(260000 * exposure.dose) * (canvas.cm / 0.14) ** 2  # per pixel in air
    counts = np.clip(light * photons, 1.0, None)
    noise = rng.standard_normal(light.shape, dtype=np.float32) / np.sqrt(counts)
    return (-np.log(np.clip(light, 1e-5, None)) + fast_blur(noise, 0.6)).astype(np.float32)


def present(canvas: Canvas, signal: Plane, exposed: Plane, exposure: Exposure) -> Plane:
    """Tone curve to [0, 1], bright = dense, black outside the collimated field.

    The window follows the picture's own histogram, as automatic exposure recognition does: lung near 0.3, abdomen near 0.9.
    """
    sample = signal[::4, ::4][exposed[::4, ::4] > 0.5]
    body = sample[sample > 0.7]  # without the air beside the patient
    low, high = np.quantile(body if body.size > 50 else sample, (0.10, 0.93))
    fine = signal - canvas.blur(signal, 0.35)
    coarse = signal - canvas.blur(signal, 2.5)
    sharp = signal + np.float32(0.55 * exposure.sharpness) * fine + np.float32(0.16) * coarse
    unit = (sharp - np.float32(low)) / np.float32(high - low)
    unit = np.float32(0.16 + exposure.window[0]) + unit * np.float32(0.74 + exposure.window[1])
    # Toe and shoulder of a film's curve: soft ends instead of clipping.
    shaped = _knee(unit)
    return np.clip(shaped * exposed, 0, 1).astype(np.float32)


def _knee(unit: Plane) -> Plane:
    toe = np.where(unit < 0.12, 0.12 * np.exp((np.minimum(unit, 0.12) - 0.12) / 0.12), unit)
    return np.where(toe > 0.82, 1 - 0.18 * np.exp(-(np.maximum(toe, 0.82) - 0.82) / 0.18), toe).astype(np.float32)


def collimation(canvas: Canvas, rng: np.random.Generator) -> Plane:
    """1 inside the shutters, 0 outside; most pictures are cropped to the field, one in three keeps a border."""
    if rng.random() > 0.35:
        return np.ones((canvas.height, canvas.width), dtype=np.float32)
    rows = (np.arange(canvas.height, dtype=np.float32)[:, None] + 0.5) / canvas.height
    columns = (np.arange(canvas.width, dtype=np.float32)[None, :] + 0.5) / canvas.width
    edge = rng.uniform(-0.02, 0.045, 4)
    slant = rng.normal(0, 0.012, 2)
    soft = 1.2 / canvas.height
    left = columns - edge[0] - slant[0] * rows
    right = 1 - edge[1] - columns + slant[0] * rows
    top = rows - edge[2] - slant[1] * columns
    bottom = 1 - edge[3] - rows + slant[1] * columns
    inside = np.minimum(np.minimum(left, right), np.minimum(top, bottom))
    return np.clip(inside / soft + 0.5, 0, 1).astype(np.float32)
