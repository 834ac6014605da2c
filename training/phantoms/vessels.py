"""Pulmonary vessels, hila, trachea and bronchi, and the grain of the lung."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.phantoms.canvas import Array, Canvas, Plane, ellipsoid, smoothstep, tube
from training.phantoms.patient import Anatomy, Exposure
from training.phantoms.torso import dome_height, lung_half_width

HILUM = {-1.0: (-3.7, 12.2), 1.0: (3.9, 11.2)}  # the left hilum lies higher
GENERATIONS = 6
POINTS = 14  # per branch


@dataclass(frozen=True)
class Branches:
    """Polylines of one generation: x, y [branches, POINTS] in cm, radius [branches, POINTS] in cm."""

    x: Array
    y: Array
    radius: Array


def vessel_tree(anatomy: Anatomy, exposure: Exposure, side: float) -> list[Branches]:
    """One lung's arteries and veins. Each branch bends, narrows and forks into two, as far as the pleura.

    The tree depends on the patient only, so that two visits show the same vessels.
    """
    rng = np.random.default_rng([anatomy.vessel_seed, int(side > 0)])
    root_x, root_y = HILUM[side]
    count = 17
    # Fan: few upwards, most to the lower zones, where gravity fills them.
    angle = np.sort(rng.uniform(-1.45, 1.5, count)) + rng.normal(0, 0.08, count)
    x = np.full(count, root_x) - side * 0.6 + rng.normal(0, 0.25, count)
    y = np.full(count, root_y * exposure.inspiration**0.5) + np.linspace(-1.6, 2.2, count)
    radius = rng.uniform(0.26, 0.52, count) * (1 + 0.15 * np.sin(angle)) * anatomy.hilum**0.3
    length = rng.uniform(2.2, 4.2, count) * (1 + 0.35 * np.abs(np.sin(angle)))
    generations = []
    for _ in range(GENERATIONS):
        branches, end_angle = _grow(rng, side, x, y, angle, radius, length)
        generations.append(branches)
        fork = rng.uniform(0.18, 0.62, (2, x.size))
        keep = rng.uniform(0.55, 0.9, (2, x.size))
        angle = np.concatenate([end_angle + fork[0], end_angle - fork[1]])
        x, y = (np.concatenate([v[:, -1], v[:, -1]]) for v in (branches.x, branches.y))
        radius = np.concatenate([radius * keep[0], radius * keep[1]]) * 0.88
        length = np.concatenate([length, length]) * rng.uniform(0.55, 0.95, x.size)
        alive = _aerated(anatomy, exposure, x, y) & (radius > 0.015)
        x, y, angle, radius, length = (v[alive] for v in (x, y, angle, radius, length))
    return generations


def _grow(
    rng: np.random.Generator, side: float, x: Array, y: Array, angle: Array, radius: Array, length: Array
) -> tuple[Branches, Array]:
    t = np.linspace(0, 1, POINTS)[None, :]
    bend = rng.normal(0, 0.28, x.size)
    heading = angle[:, None] + bend[:, None] * t
    step = length[:, None] / (POINTS - 1)
    px = x[:, None] + side * np.cumsum(np.cos(heading) * step, axis=1) - side * np.cos(heading[:, :1]) * step
    py = y[:, None] + np.cumsum(np.sin(heading) * step, axis=1) - np.sin(heading[:, :1]) * step
    return Branches(px, py, radius[:, None] * (1 - 0.22 * t)), heading[:, -1]


def _aerated(anatomy: Anatomy, exposure: Exposure, x: Array, y: Array) -> NDArray[np.bool_]:
    """True where a point lies in a lung, a centimetre or so inside its outline."""
    half = np.asarray(lung_half_width(anatomy, y), dtype=np.float64)
    return (np.abs(x) < half - 0.9) & (y > 0.8) & (y < np.asarray(dome_height(anatomy, exposure, x)) + 1.5)


def pulmonary_vessels(canvas: Canvas, anatomy: Anatomy, exposure: Exposure) -> Plane:
    """Thickness of blood in cm [height, width] of both lungs."""
    total = canvas.blank()
    for side in (-1.0, 1.0):
        for branches in vessel_tree(anatomy, exposure, side):
            total += _lay(canvas, branches, anatomy.scale)
        total += hilum(canvas, anatomy, exposure, side)
    return total


def _lay(canvas: Canvas, branches: Branches, scale: float) -> Plane:
    """Round cross sections laid along all branches of a generation at once."""
    if branches.x.size == 0:
        return canvas.blank()
    span = float(np.hypot(np.diff(branches.x, axis=1), np.diff(branches.y, axis=1)).sum(axis=1).max())
    steps = max(int(span * scale / canvas.cm * 1.3), POINTS)
    at = np.linspace(0, POINTS - 1.0001, steps)
    low = at.astype(int)
    part = at - low
    x, y, radius = (
        scale * (v[:, low] * (1 - part) + v[:, low + 1] * part) for v in (branches.x, branches.y, branches.radius)
    )
    dx, dy = np.gradient(x, axis=1), np.gradient(y, axis=1)
    norm = np.maximum(np.hypot(dx, dy), 1e-9)
    across = max(int(2 * float(np.quantile(radius, 0.9)) / canvas.cm * 1.4), 1)
    total = canvas.blank()
    for unit in (np.arange(across) + 0.5) / across * 2 - 1:
        chord = 2 * radius * (np.sqrt(1 - unit**2) if across > 1 else np.pi / 4)
        volume = chord * norm * (2 * radius / across)
        total += canvas.deposit(x - unit * radius * dy / norm, y + unit * radius * dx / norm, volume)
    return total


def hilum(canvas: Canvas, anatomy: Anatomy, exposure: Exposure, side: float) -> Plane:
    """Main artery's branches and the soft tissue round them; the right descending artery is the thickest line of a lung."""
    x, y = canvas.grid()
    s = anatomy.scale
    x, y = x / np.float32(s), y / np.float32(s)
    cx, cy = HILUM[side]
    cy = cy * exposure.inspiration**0.5
    big = anatomy.hilum
    soft = ellipsoid(x, y, (cx - side * 0.3, cy), (1.2 * big, 2.3 * big**0.5, 0.9 * big), side * -0.25)
    t = np.linspace(0, 1, 30)
    down_x = cx + side * (0.3 + 1.0 * t**1.3)
    down_y = cy - 1.4 + 6.0 * t
    artery = tube(canvas, s * down_x, s * down_y, s * np.linspace(0.72, 0.34, 30) * big**0.4)
    up_x = cx - side * 0.5 + side * 1.9 * t
    upper = tube(canvas, s * up_x, s * (cy - 0.9 - 3.2 * t**0.9), s * np.linspace(0.48, 0.2, 30) * big**0.4)
    return canvas.blur(np.float32(0.75 * s) * soft, 0.28 * s) + artery + upper


def airways(canvas: Canvas, anatomy: Anatomy, exposure: Exposure) -> Plane:
    """Path length of air in trachea and main bronchi, cm."""
    s = anatomy.scale
    t = np.linspace(0, 1, 40)
    carina = 9.6 * exposure.inspiration**0.3
    sway = 0.35 * np.sin(np.pi * t * 0.9) + 0.3 * exposure.turn * t
    trachea = tube(canvas, s * (-sway), s * (-9 + (9 + carina) * t), s * (0.86 - 0.05 * t))
    end = float(-sway[-1])
    right = tube(canvas, s * (end - 0.2 - 3.0 * t), s * (carina - 0.4 + 3.4 * t), s * np.linspace(0.68, 0.42, 40))
    left = tube(canvas, s * (end + 0.2 + 3.9 * t), s * (carina - 0.4 + 2.7 * t), s * np.linspace(0.62, 0.36, 40))
    _, y = canvas.grid()
    inside = smoothstep(y / np.float32(s), -9, -7)
    return (trachea + np.float32(0.6) * (right + left)) * inside


def lung_grain(canvas: Canvas, rng: np.random.Generator) -> Plane:
    """Relative unevenness of lung density from vessels too small to draw, zero mean."""
    grain = 0.022 * canvas.noise(rng, 3.0) + 0.009 * canvas.noise(rng, 0.7) + 0.010 * canvas.noise(rng, 0.3)
    return grain
