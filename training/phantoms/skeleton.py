"""Bones as path lengths of compact bone in cm: ribs, spine, clavicles, scapulae, humeri.

Ribs are tubes of thin cortex along helical arcs in three dimensions; projecting them gives posterior and anterior arcs, cortical
edges, and the bright lateral margin where they run towards the detector.
"""

from __future__ import annotations

import numpy as np

from training.phantoms.canvas import Array, Canvas, Plane, smoothstep, tube
from training.phantoms.patient import Anatomy, Exposure

RIB_TOP = np.array([-0.6, 1.1, 3.1, 5.3, 7.6, 9.9, 12.3, 14.7, 17.1, 19.5, 21.9])  # y of the posterior end at the spine
RIB_DROP = np.array([4.2, 6.6, 8.4, 9.4, 10.2, 10.8, 11.2, 11.2, 10.8, 9.4, 7.0])  # from posterior to anterior end
RIB_REACH = np.array([0.50, 0.68, 0.83, 0.92, 0.965, 0.99, 1.0, 1.005, 1.0, 0.98, 0.95])  # widest point / thorax
RIB_TURN = np.array(
    [0.70, 0.74, 0.76, 0.77, 0.78, 0.78, 0.76, 0.71, 0.66, 0.60, 0.52]
)  # of π; how far it wraps forwards
RIB_RADIUS = np.array([0.62, 0.60, 0.62, 0.64, 0.66, 0.68, 0.70, 0.70, 0.68, 0.64, 0.56])


def build_skeleton(canvas: Canvas, anatomy: Anatomy, exposure: Exposure, rng: np.random.Generator) -> Plane:
    """Sum of all bones, float32 [height, width], cm of compact bone along the beam."""
    bones = ribs(canvas, anatomy, exposure, rng)
    bones += spine(canvas, anatomy, exposure, rng)
    for side in (-1.0, 1.0):
        bones += clavicle(canvas, anatomy, exposure, side, rng)
        bones += shoulder(canvas, anatomy, exposure, side, rng)
    trabeculae = 1 + 0.05 * canvas.noise(rng, 0.22) + 0.05 * canvas.noise(rng, 0.9)
    return canvas.blur(bones, 0.035) * np.clip(trabeculae, 0.7, 1.3)


def ribs(canvas: Canvas, anatomy: Anatomy, exposure: Exposure, rng: np.random.Generator) -> Plane:
    """Eleven pairs."""
    total = canvas.blank()
    s = anatomy.scale
    spread = 1 + 0.06 * (exposure.inspiration - 0.95)
    for side in (-1.0, 1.0):
        for k in range(len(RIB_TOP)):
            x, y, z = _rib_arc(anatomy, exposure, k, side, rng.normal(0, 0.12, 2))
            along = np.linspace(0, 1, x.size)
            radius = RIB_RADIUS[k] * (0.92 + 0.16 * along) * (1 + 0.05 * np.sin(9 * along + rng.uniform(0, 6)))
            taper = np.clip((1 - along) / 0.09, 0.25, 1) * s  # bone ends in cartilage, which does not show
            total += tube(canvas, s * spread * x, s * y, s * 0.95 * radius, wall=0.075 * taper, depth=s * z * 0.55)
    return total * np.float32(0.85)


def _rib_arc(anatomy: Anatomy, exposure: Exposure, k: int, side: float, jitter: Array) -> tuple[Array, Array, Array]:
    """Points x, y, z of rib k (0 = first): half an ellipse, tilted so that the front lies lower."""
    theta = np.linspace(0.03, RIB_TURN[k], 90) * np.pi
    reach = RIB_REACH[k] * anatomy.width + 0.35
    front = np.clip(theta / np.pi - 0.5, 0, None) * 2
    x = 1.1 + (reach - 1.1) * np.sin(theta) ** 0.92
    drop = RIB_DROP[k] * anatomy.rib_slope * (1.12 - 0.14 * exposure.inspiration)
    rise = 0.55 * np.exp(-((((theta / np.pi) - 0.17) / 0.11) ** 2))  # the rib's neck climbs before it falls
    y = RIB_TOP[k] + jitter[0] + drop * ((1 - np.cos(theta)) / 2) ** 0.95 - rise + 1.2 * front * min(k, 6) / 6
    z = -8.0 * RIB_REACH[k] ** 2 * np.cos(theta)
    x = x + jitter[1] * np.sin(theta)
    return side * x + exposure.turn * 0.35 * front, y, z


def spine(canvas: Canvas, anatomy: Anatomy, exposure: Exposure, rng: np.random.Generator) -> Plane:
    """Vertebral bodies with end plates, pedicles and spinous processes, C5 to L2."""
    x, y = canvas.grid()
    s = np.float32(anatomy.scale)
    x, y = x / s, y / s
    band = np.abs(x).min(axis=0) < 6 if abs(canvas.angle) < 0.05 else np.ones(canvas.width, dtype=bool)
    x, y = x[:, band], y[:, band]
    x = x - np.float32(rng.normal(0, 0.25)) * np.sin((y + np.float32(rng.uniform(0, 20))) / np.float32(9))
    bone = _vertebrae(np.abs(x), y)
    total = canvas.blank()
    total[:, band] = bone * s
    return total


def _vertebrae(ax: Plane, y: Plane) -> Plane:
    """cm of bone at distance ax from the spine's axis."""
    phase = y / (np.float32(2.25) + np.float32(0.014) * y)  # vertebrae grow downwards
    phase = phase - np.floor(phase)
    within: Plane = np.abs(phase - np.float32(0.5)) * np.float32(2)  # 0 mid body, 1 mid disc
    half = np.float32(1.45) + np.float32(0.02) * y + np.float32(0.13) * within**2
    u: Plane = np.asarray(ax / half, dtype=np.float32)
    body = np.sqrt(np.clip(1 - u**4, 0, None)) * smoothstep(-within, -0.96, -0.80)
    plate = np.exp(-(((within - np.float32(0.83)) / np.float32(0.075)) ** 2)) * smoothstep(-u, -1.05, -0.9)
    side = np.exp(-(((u - np.float32(0.95)) / np.float32(0.05)) ** 2)) * (within < 0.85)
    pedicle = np.hypot((ax - half * np.float32(0.66)) / np.float32(0.38), (phase - np.float32(0.38)) / np.float32(0.23))
    ring = np.exp(-(((pedicle - 1) / np.float32(0.22)) ** 2))
    spinous = np.exp(-((ax / np.float32(0.26)) ** 4) - (((phase - np.float32(0.75)) / np.float32(0.3)) ** 4))
    arch = np.exp(
        -(((ax - half * 1.35) / np.float32(0.75)) ** 2) - ((within - np.float32(0.45)) / np.float32(0.38)) ** 2
    )
    bone = np.float32(0.24) * body + np.float32(0.11) * plate + np.float32(0.08) * side
    return bone + np.float32(0.14) * ring + np.float32(0.20) * spinous + np.float32(0.06) * arch


def clavicle(canvas: Canvas, anatomy: Anatomy, exposure: Exposure, side: float, rng: np.random.Generator) -> Plane:
    """An S from the sternum to the shoulder; its medial third crosses the lung apex."""
    t = np.linspace(0, 1, 70)
    inner = 2.3 + exposure.clavicle_drop
    x = 1.7 + 14.3 * t
    rise = anatomy.clavicle_rise + 1.1 * exposure.arms_up * 2
    y = inner + 0.7 - rise * t - 0.75 * np.sin(2 * np.pi * t) * 0.8 + rng.normal(0, 0.2)
    radius = 0.52 + 0.26 * np.exp(-t / 0.10) + 0.12 * np.clip(t - 0.75, 0, None) * 4
    s = anatomy.scale
    path = side * x + exposure.turn * np.exp(-t / 0.5)
    return tube(canvas, s * path, s * y, s * radius, wall=0.13 * s) * np.float32(0.72)


def shoulder(canvas: Canvas, anatomy: Anatomy, exposure: Exposure, side: float, rng: np.random.Generator) -> Plane:
    """Scapula (blade, borders, spine with acromion, coracoid) and humerus. In PA the blades are swung out of the lungs."""
    out = (0.4 + 1.9 * exposure.arms_up) if exposure.view == "PA" else rng.uniform(-1.2, 0.0)
    lift = exposure.clavicle_drop - 0.8 * exposure.arms_up
    base = np.array([15.4 + 0.25 * anatomy.wall, 1.0 + lift])  # glenoid
    s = anatomy.scale

    def line(points: list[tuple[float, float]], radius: float, wall: float) -> Plane:
        knots = np.array(points) + base
        t = np.linspace(0, len(points) - 1, 50)
        ends = np.arange(len(points))
        x, y = (np.interp(t, ends, knots[:, axis]) for axis in (0, 1))
        x, y = _smooth(x), _smooth(y)
        return tube(canvas, s * side * x, s * y, s * radius, wall=s * wall)

    tip = (-3.6 + 1.1 * out, 12.2)
    upper = (-5.6 + 1.1 * out, -1.6)
    bones = line([(-0.4, 1.6), (-1.6 + 0.5 * out, 6.2), tip], 0.42, 0.10)  # lateral border
    bones += 0.5 * line([upper, (-5.9 + 1.1 * out, 4.0), tip], 0.26, 0.10)  # medial border
    bones += 0.55 * line(
        [(-5.2 + 1.1 * out, 1.2), (-1.8 + 0.4 * out, -0.9), (1.6, -2.4)], 0.45, 0.09
    )  # spine, acromion
    bones += 0.45 * line([(-0.9, -0.6), (-1.6, -1.7), (-0.7, -2.0)], 0.5, 0.10)  # coracoid
    bones += 0.7 * line([(-0.4, -1.4), (0.0, 0.2), (-0.3, 1.8)], 0.38, 0.12)  # glenoid rim
    bones += np.float32(0.16 * s) * _blade(canvas, s, side, base, upper, tip)
    lean = 0.16 + 0.75 * exposure.arms_up
    shaft = [(1.9, 0.4), (2.6, 3.0), (2.9 + 3 * lean, 8.0), (3.2 + 14 * lean, 22.0)]
    bones += 0.8 * line(shaft, 1.2, 0.22)
    bones += _head(canvas, s, side, base)
    return bones * np.float32(0.72)


def _smooth(values: Array) -> Array:
    """A polyline's coordinate with its corners rounded, ends kept."""
    kernel = np.hanning(17)[1:-1]
    padded = np.concatenate([np.full(7, values[0]), values, np.full(7, values[-1])])
    return np.convolve(padded, kernel / kernel.sum(), mode="valid")


def _blade(
    canvas: Canvas, s: float, side: float, base: Array, upper: tuple[float, float], tip: tuple[float, float]
) -> Plane:
    """The thin sheet between the borders: 1 inside a triangle, soft at its edges."""
    x, y = canvas.grid()
    x, y = side * x / np.float32(s), y / np.float32(s)
    corners = [np.array(p) + base for p in (upper, (-0.2, 0.8), tip)]
    inside = np.full_like(x, np.inf)
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        length = float(np.hypot(bx - ax, by - ay))
        inside = np.minimum(inside, ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / np.float32(length))
    return smoothstep(inside, -0.2, 0.5)


def _head(canvas: Canvas, s: float, side: float, base: Array) -> Plane:
    """Head of the humerus: spongy ball in a thin shell."""
    x, y = canvas.grid()
    radius = np.hypot(side * x / np.float32(s) - (base[0] + 1.9), y / np.float32(s) - (base[1] + 0.3)) / np.float32(
        2.25
    )
    ball = np.sqrt(np.clip(1 - radius**2, 0, None))
    shell = np.exp(-(((radius - np.float32(0.95)) / np.float32(0.05)) ** 2))
    return np.float32(s) * (np.float32(0.75) * ball + np.float32(0.25) * shell).astype(np.float32)
