"""A picture plane in centimetres: grids to evaluate shapes on, and a way to lay down curved tubes.

Coordinates are the patient's, as seen on a frontal radiograph: x to the right of the picture (the patient's left), y downwards,
origin on the midline at the height of the lung apices. A rotation, a shift and a scale take them to pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, zoom

Array = NDArray[np.float64]
Plane = NDArray[np.float32]  # [height, width]


@dataclass(frozen=True)
class Canvas:
    """height, width in pixels; cm: centimetres per pixel; (x0, y0): patient point at the picture's centre; angle in radians."""

    height: int
    width: int
    cm: float
    x0: float
    y0: float
    angle: float

    def grid(self) -> tuple[Plane, Plane]:
        """x and y of every pixel centre in cm, float32 [height, width] each."""
        rows = (np.arange(self.height, dtype=np.float32)[:, None] + 0.5 - self.height / 2) * self.cm
        columns = (np.arange(self.width, dtype=np.float32)[None, :] + 0.5 - self.width / 2) * self.cm
        cos, sin = np.float32(np.cos(self.angle)), np.float32(np.sin(self.angle))
        return cos * columns + sin * rows + np.float32(self.x0), cos * rows - sin * columns + np.float32(self.y0)

    def to_pixels(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Column and row (corner convention) of patient points in cm."""
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        dx, dy = (np.asarray(x) - self.x0) / self.cm, (np.asarray(y) - self.y0) / self.cm
        return cos * dx - sin * dy + self.width / 2, sin * dx + cos * dy + self.height / 2

    def blank(self) -> Plane:
        return np.zeros((self.height, self.width), dtype=np.float32)

    def deposit(self, x: Array, y: Array, volume: Array) -> Plane:
        """Thickness in cm [height, width] of material: `volume` cm³ at each point, shared among the four nearest pixels."""
        column, row = self.to_pixels(x.ravel(), y.ravel())
        column, row = column - 0.5, row - 0.5
        weight = np.broadcast_to(volume, x.shape).ravel() / self.cm**2
        inside = (column > 0) & (row > 0) & (column < self.width - 1) & (row < self.height - 1)
        column, row, weight = column[inside], row[inside], weight[inside]
        left, top = column.astype(np.int64), row.astype(np.int64)
        fx, fy = column - left, row - top
        start = top * self.width + left
        size = self.height * self.width
        right, low = weight * fx, weight * (1 - fx)
        total = np.bincount(start, low * (1 - fy), size)
        total += np.bincount(start + 1, right * (1 - fy), size)
        total += np.bincount(start + self.width, low * fy, size)
        total += np.bincount(start + self.width + 1, right * fy, size)
        return total.reshape(self.height, self.width).astype(np.float32)

    def blur(self, plane: Plane, sigma_cm: float) -> Plane:
        return fast_blur(plane, sigma_cm / self.cm)

    def noise(self, rng: np.random.Generator, scale_cm: float) -> Plane:
        """Smooth Gaussian noise of unit variance with structures of about scale_cm.

        Takes one number from rng whatever the size, so that a seed means the same patient at every resolution.
        """
        own = np.random.default_rng(int(rng.integers(2**62)))
        down, across = (_spline_weights(side, max(scale_cm / self.cm, 1.0)) for side in (self.height, self.width))
        coarse = own.standard_normal((down.shape[1], across.shape[1]), dtype=np.float32)
        fine = down @ coarse @ across.T
        return np.asarray(fine / max(float(fine.std()), 1e-6), dtype=np.float32)


def _spline_weights(count: int, step: float) -> Plane:
    """Cubic B-spline weights [count, knots] of pixels on knots `step` pixels apart; two small matrix products make noise
    many times faster than scipy's zoom."""
    at = np.arange(count) / step + 1.0
    knots = np.arange(int(at[-1]) + 3)
    t = np.abs(at[:, None] - knots[None, :])
    near = 2 / 3 - t**2 + t**3 / 2
    far = np.clip(2 - t, 0, None) ** 3 / 6
    return np.where(t < 1, near, far).astype(np.float32)


def fast_blur(plane: Plane, sigma: float) -> Plane:
    """Gaussian blur; wide ones at reduced resolution, where they cost nothing and look the same."""
    if sigma < 0.3:
        return plane
    step = int(sigma / 3)
    if step < 2:
        return gaussian_filter(plane, sigma, mode="nearest", truncate=3).astype(np.float32)
    height, width = plane.shape
    pad = np.pad(plane, ((0, -height % step), (0, -width % step)), mode="edge")
    small = pad.reshape(pad.shape[0] // step, step, pad.shape[1] // step, step).mean((1, 3))
    small = gaussian_filter(small, sigma / step, mode="nearest", truncate=3)
    return resample(small, pad.shape, order=1)[:height, :width]


def resample(plane: Plane, shape: tuple[int, int], order: int) -> Plane:
    """plane stretched to `shape` with pixel areas (not pixel centres) aligned."""
    factors = (shape[0] / plane.shape[0], shape[1] / plane.shape[1])
    return zoom(plane, factors, order=order, mode="nearest", grid_mode=True).astype(np.float32)


def tube(
    canvas: Canvas,
    x: Array,
    y: Array,
    radius: Array | float,
    *,
    wall: Array | float | None = None,
    depth: Array | None = None,
) -> Plane:
    """Thickness in cm of a tube with round ends along the points (x, y); solid, or hollow with a wall of `wall` cm.

    x, y: [points] of a smooth curve in cm. radius: cm, a number or [points]. depth: z of the points in cm; where the tube runs
    towards the detector its projection is dense, as a rib at the chest's edge is.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    z = np.zeros_like(x) if depth is None else np.asarray(depth, dtype=np.float64)
    r = np.broadcast_to(np.asarray(radius, dtype=np.float64), x.shape)
    flat = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    solid = np.concatenate([[0.0], np.cumsum(np.sqrt(np.diff(x) ** 2 + np.diff(y) ** 2 + np.diff(z) ** 2))])
    steps = max(int(flat[-1] / canvas.cm * 1.6), 8)
    at = np.linspace(0, solid[-1], steps)
    shell = (
        None
        if wall is None
        else np.interp(at, solid, np.broadcast_to(np.asarray(wall, dtype=np.float64), x.shape))[:, None]
    )
    x, y, r = (np.interp(at, solid, value) for value in (x, y, r))
    # Round ends: a bone or vessel never stops like a sawn plank.
    end = np.clip(np.minimum(at, solid[-1] - at) / np.maximum(r, 1e-6), 0.02, 1)
    r = r * np.sqrt(end * (2 - end))
    dx, dy = np.gradient(x), np.gradient(y)
    norm = np.maximum(np.hypot(dx, dy), 1e-9)
    across = max(int(2 * float(r.max()) / canvas.cm * 1.6), 5)
    unit = (np.arange(across) + 0.5) / across * 2 - 1
    chord = _chord(unit, r[:, None], shell)
    px = x[:, None] + unit * r[:, None] * (-dy / norm)[:, None]
    py = y[:, None] + unit * r[:, None] * (dx / norm)[:, None]
    volume = chord * (solid[-1] / steps) * (2 * r[:, None] / across)
    return canvas.deposit(px, py, volume)


def _chord(unit: Array, radius: Array, wall: Array | None) -> Array:
    """Path length through a round tube at fraction `unit` of its radius."""
    outer = 2 * radius * np.sqrt(np.clip(1 - unit**2, 0, None))
    if wall is None:
        return outer
    inner = np.clip(radius - wall, 0, None) ** 2 - (unit * radius) ** 2
    # Spongy bone inside the cortex: about a sixth of its density.
    return outer - 0.84 * 2 * np.sqrt(np.clip(inner, 0, None))


def ellipsoid(
    x: Plane, y: Plane, centre: tuple[float, float], radii: tuple[float, float, float], tilt: float = 0.0
) -> Plane:
    """Path length in cm through an ellipsoid; radii (a, b, c) along its own axes, c towards the detector; tilt in radians."""
    cos, sin = np.float32(np.cos(tilt)), np.float32(np.sin(tilt))
    dx, dy = x - np.float32(centre[0]), y - np.float32(centre[1])
    u = (cos * dx + sin * dy) / np.float32(radii[0])
    v = (cos * dy - sin * dx) / np.float32(radii[1])
    return np.float32(2 * radii[2]) * np.sqrt(np.clip(1 - u * u - v * v, 0, None))


def smoothstep(value: Plane, low: float, high: float) -> Plane:
    """0 below low, 1 above high, a cubic between."""
    t = np.clip((value - np.float32(low)) / np.float32(high - low), 0, 1)
    return t * t * (3 - 2 * t)


def unit_grid(size: int) -> tuple[Plane, Plane]:
    """x and y of the pixel centres of a square picture, -1 to 1."""
    at = ((np.arange(size, dtype=np.float32) + 0.5) / size) * 2 - 1
    return np.broadcast_to(at[None, :], (size, size)), np.broadcast_to(at[:, None], (size, size))
