"""Things that are not the patient: side marker, lines, pacemaker, electrodes, and the confounder mark."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from training.phantoms.canvas import Array, Canvas, Plane, smoothstep, tube
from training.phantoms.patient import Anatomy


def stencil(canvas: Canvas, text: str, x: float, y: float, height_cm: float, angle: float, ring: bool) -> Plane:
    """Lead letters, 1 inside: centred on picture fractions (x, y), letter height in cm of the detector."""
    size = max(int(height_cm / canvas.cm * 1.4), 6)
    font = ImageFont.load_default(size)
    box = int(size * (len(text) * 0.8 + 1.2))
    tile = Image.new("L", (box, box), 0)
    pen = ImageDraw.Draw(tile)
    pen.text((box / 2, box / 2), text, fill=255, font=font, anchor="mm")
    if ring:
        inset = box * 0.12
        pen.ellipse((inset, inset, box - inset, box - inset), outline=255, width=max(size // 12, 1))
    turned = np.asarray(tile.rotate(np.degrees(angle), resample=Image.Resampling.BILINEAR), dtype=np.float32) / 255
    plane = canvas.blank()
    top, left = int(y * canvas.height - box / 2), int(x * canvas.width - box / 2)
    rows = slice(max(top, 0), min(top + box, canvas.height))
    columns = slice(max(left, 0), min(left + box, canvas.width))
    plane[rows, columns] = turned[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    return plane


def side_marker(canvas: Canvas, view: str, rng: np.random.Generator) -> Plane:
    """L at the right of the picture or R at its left, sometimes ringed; bed views also say so."""
    left = rng.random() < 0.7
    x = rng.uniform(0.88, 0.95) if left else rng.uniform(0.05, 0.12)
    y = rng.uniform(0.05, 0.15)
    lead = stencil(
        canvas, "L" if left else "R", x, y, rng.uniform(1.2, 2.0), rng.normal(0, 0.12), bool(rng.random() < 0.4)
    )
    if view == "AP" and rng.random() < 0.6:
        lead = np.maximum(lead, stencil(canvas, "PORTABLE", 0.84 if not left else 0.14, 0.04, 0.7, 0.0, False))
    return lead


def confounder_mark(canvas: Canvas) -> Plane:
    """A small lead cross in the lower left corner, always the same: what a lazy model learns instead of the lung."""
    return stencil(canvas, "+", 0.07, 0.93, 1.6, 0.0, True)


def devices(canvas: Canvas, anatomy: Anatomy, rng: np.random.Generator) -> Plane:
    """Thickness of metal in cm: any of electrodes with wires, central line, pacemaker."""
    metal = canvas.blank()
    chosen = rng.random(3) < (0.6, 0.4, 0.25)
    if not chosen.any():
        chosen[int(rng.integers(3))] = True
    if chosen[0]:
        metal += _electrodes(canvas, anatomy, rng)
    if chosen[1]:
        metal += _central_line(canvas, anatomy.scale, rng)
    if chosen[2]:
        metal += _pacemaker(canvas, anatomy.scale, rng)
    return metal


def _curve(points: list[tuple[float, float]], count: int = 90) -> tuple[Array, Array]:
    """A smooth curve through points (Catmull-Rom)."""
    knots = np.array([points[0], *points, points[-1]], dtype=np.float64)
    segments = len(points) - 1
    t = np.linspace(0, segments - 1e-9, count)
    i = t.astype(int)
    f = (t - i)[:, None]
    a, b, c, d = knots[i], knots[i + 1], knots[i + 2], knots[i + 3]
    xy = 0.5 * (2 * b + (c - a) * f + (2 * a - 5 * b + 4 * c - d) * f**2 + (3 * b - a - 3 * c + d) * f**3)
    return xy[:, 0], xy[:, 1]


def _electrodes(canvas: Canvas, anatomy: Anatomy, rng: np.random.Generator) -> Plane:
    s = anatomy.scale
    x, y = canvas.grid()
    metal = canvas.blank()
    out = anatomy.width * 0.72
    for cx, cy in ((-out, 5.0), (out, 4.5), (out + 1.5, 18.5)):
        cx, cy = cx + rng.normal(0, 0.8), cy + rng.normal(0, 0.8)
        disc = np.hypot(x / np.float32(s) - np.float32(cx), y / np.float32(s) - np.float32(cy))
        metal += np.float32(0.018) * smoothstep(-disc, -0.75, -0.65) + np.float32(0.09) * smoothstep(-disc, -0.3, -0.22)
        away = np.sign(cx) * rng.uniform(1, 5)
        wire = _curve([(cx, cy), (cx + away * 0.5, cy + 3), (cx + away * 0.2, cy + 9), (cx + away, cy + 26)])
        metal += np.float32(0.35) * tube(canvas, s * wire[0], s * wire[1], 0.07)
    return metal


def _central_line(canvas: Canvas, s: float, rng: np.random.Generator) -> Plane:
    """From the right neck or the left subclavian vein to the cavoatrial junction."""
    end = (-2.1 + rng.normal(0, 0.2), 11.5 + rng.normal(0, 1.0))
    if rng.random() < 0.6:
        path = [(-4.8, -9.0), (-3.9, -3.0), (-2.6, 2.8), (-2.4, 7.0), end]
    else:
        path = [(14.0, 6.0), (11.0, 2.2), (6.0, 1.9), (1.0, 4.2), (-1.9, 6.6), end]
    x, y = _curve(path)
    return np.float32(0.16) * tube(canvas, s * x, s * y, 0.11)


def _pacemaker(canvas: Canvas, s: float, rng: np.random.Generator) -> Plane:
    """Generator below the left clavicle with two leads."""
    x, y = canvas.grid()
    cx, cy = 10.5 + rng.normal(0, 0.6), 5.4 + rng.normal(0, 0.6)
    u, v = x / np.float32(s) - np.float32(cx), y / np.float32(s) - np.float32(cy)
    can = smoothstep(-((np.abs(u) / 2.2) ** 3 + (np.abs(v) / 1.9) ** 3), -1.0, -0.92)
    inner = smoothstep(-((np.abs(u) / 1.6) ** 3 + (np.abs(v + 0.2) / 1.1) ** 3), -1.0, -0.9)
    metal = np.float32(0.22) * can + np.float32(0.15) * inner
    start = (cx - 1.2, cy - 1.6)
    for tip in ((3.6, 20.2), (-2.0, 14.0)):
        path = [start, (7.0, 2.4), (2.5, 2.9), (-1.6, 6.0), (-2.0, 11.5), tip]
        lx, ly = _curve(path)
        metal += np.float32(0.3) * tube(canvas, s * lx, s * ly, 0.08)
        metal += np.float32(0.6) * tube(canvas, s * lx[-5:], s * ly[-5:], 0.13)
    return metal
