"""Soft tissue of the trunk as path lengths: body envelope, inner thorax, lungs above the diaphragm, mediastinum and heart.

All lengths in cm along the beam. The lungs' path is what remains of the inner thorax when mediastinum and abdomen are taken out,
so densities superimpose as in a projection: lung shows through the heart and below the top of the diaphragm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from training.phantoms.canvas import Array, Canvas, Plane, ellipsoid, smoothstep
from training.phantoms.patient import Anatomy, Exposure

# Inner half width of the thorax by height, as a fraction of its widest (traced by eye from anatomy plates).
LUNG_Y = np.array([0.0, 0.5, 1.2, 2.5, 5.0, 9.0, 14.0, 19.0, 24.0, 30.0])
LUNG_X = np.array([0.36, 0.47, 0.55, 0.64, 0.765, 0.88, 0.96, 1.0, 1.0, 0.985])
DEPTH_Y = np.array([0.0, 2.0, 5.0, 10.0, 16.0, 24.0, 34.0])
DEPTH = np.array([3.5, 6.5, 10.5, 14.5, 16.5, 17.5, 17.0])
BODY_Y = np.array([-14.0, -6.0, 0.0, 4.0, 10.0, 18.0, 26.0, 40.0])
BODY_DEPTH = np.array([11.5, 12.0, 15.0, 18.5, 20.5, 21.5, 21.5, 22.0])


@dataclass(frozen=True)
class Trunk:
    """Planes [height, width] in cm, except `lung_fraction` (share of the inner thorax above the diaphragm, 0 to 1)."""

    body: Plane
    thorax: Plane  # depth of the inner thorax
    mediastinum: Plane  # its part filled by heart, vessels and spine muscle
    heart: Plane  # the heart alone
    lung_fraction: Plane
    dome: Plane  # y of the diaphragm above or below each pixel
    gas: Plane  # stomach and bowel gas
    cardiothoracic_ratio: float


def lung_half_width(anatomy: Anatomy, y: Plane | Array) -> Plane:
    """Inner half width in cm at height y."""
    curve = PchipInterpolator(LUNG_Y, LUNG_X)
    table = np.linspace(0, 30, 400)
    return np.asarray(np.interp(y, table, curve(table) * anatomy.width), dtype=np.float32)


def dome_height(anatomy: Anatomy, exposure: Exposure, x: Plane | Array) -> Plane:
    """y of the diaphragm's top at x; the patient's right dome (x < 0) is the higher one."""
    x = np.asarray(x, dtype=np.float32)
    top = np.float32(21.5 * exposure.inspiration)
    left = smoothstep(x, -2.0, 2.5)
    u = (np.abs(x) - np.float32(0.5 * anatomy.width)) / np.float32(0.5 * anatomy.width)
    lateral = np.float32(5.2) * np.clip(u, 0, None) ** np.float32(2.4)
    medial = np.float32(1.3) * np.clip(-u, 0, None) ** 2
    return top + left * np.float32(anatomy.dome_difference) + lateral + medial


def build_trunk(canvas: Canvas, anatomy: Anatomy, exposure: Exposure, ratio: float, rng: np.random.Generator) -> Trunk:
    """All soft tissue for a heart of the given cardiothoracic ratio."""
    x, y = canvas.grid()
    x, y = x / np.float32(anatomy.scale), y / np.float32(anatomy.scale)
    half = lung_half_width(anatomy, y)
    thorax = _thorax(x, y, half)
    dome = dome_height(anatomy, exposure, x) + 0.15 * canvas.noise(rng, 5.0)
    below = y - dome
    # A sphere's path grows as a square root, which is why a dome's edge is crisp; the posterior recess stays aerated below it.
    recess = np.float32(6.5) - np.float32(3.7) * smoothstep(-np.abs(x - np.float32(2.0)), -7.5, -4.0)
    fraction = 1 - np.sqrt(np.clip(below / recess, 0, 1))
    heart = heart_path(x, y, anatomy, exposure, ratio)
    # The heart moves during the exposure.
    mediastinum = canvas.blur(_mediastinum(x, y, thorax, anatomy, exposure, heart), 0.09 * anatomy.scale)
    body = _body(x, y, half, anatomy, exposure)
    body = np.maximum(body, thorax + np.float32(2.6 * anatomy.bulk) * (thorax > 0))
    body += _breasts(x, y, anatomy, exposure)
    gas = _gas(canvas, x, y, anatomy, exposure, rng)
    s = np.float32(anatomy.scale)
    return Trunk(body * s, thorax * s, mediastinum * s, heart * s, fraction, dome * s, gas * s, ratio)


def _thorax(x: Plane, y: Plane, half: Plane) -> Plane:
    depth = np.interp(y, DEPTH_Y, DEPTH).astype(np.float32)
    lateral = np.sqrt(np.clip(1 - np.abs(x / half) ** np.float32(2.6), 0, None))
    apex = np.clip(np.float32(4.4) - np.abs(x), 0, None) / (np.float32(2.4) * np.sqrt(np.clip(y, 0.02, None)))
    top = np.sqrt(np.clip(1 - apex * apex, 0, None))
    return depth * lateral * np.where(y < 0, 0, top)


def heart_path(x: Plane, y: Plane, anatomy: Anatomy, exposure: Exposure, ratio: float) -> Plane:
    """The heart as three overlapping ellipsoids; its width is ratio x the thorax, about a third of it right of the midline."""
    dome = 21.5 * exposure.inspiration
    width = 2 * anatomy.width * ratio
    grow = width / (2 * anatomy.width * 0.44)
    right, left = 0.35 * width, 0.65 * width
    shift = 0.4 * exposure.turn
    lift = 0.5 + 0.5 * grow  # a large heart is taller too, but less than it is wider
    base = dome + 1.6 + 0.4 * (grow - 1)
    tilt = anatomy.heart_tilt
    ventricle_b = 4.9 * lift
    # The ventricle may reach no further right than the atrium, or the ratio would not be the one asked for.
    reach = min(float(np.hypot((0.62 * left + 2.0) * np.cos(tilt), ventricle_b * np.sin(tilt))), 0.5 * width - 0.1)
    ventricle_a = float(np.sqrt(reach**2 - (ventricle_b * np.sin(tilt)) ** 2) / np.cos(tilt))
    ventricle = ellipsoid(x, y, (left - reach + shift, base - 3.9 * lift), (ventricle_a, ventricle_b, 6.9 * lift), tilt)
    atrium = ellipsoid(x, y, (-right + 3.4 * lift + shift, base - 5.0 * lift), (3.4 * lift, 5.2 * lift, 5.6), -0.06)
    outflow = ellipsoid(x, y, (1.6 + shift, base - 8.6 * lift), (3.0, 5.0 * lift, 4.4), -0.40)
    power = (ventricle**4 + atrium**4 + outflow**4) ** np.float32(0.25)  # smooth union
    return power * smoothstep(-y, -(dome + 5.0), -(dome + 2.0))


def _mediastinum(x: Plane, y: Plane, thorax: Plane, anatomy: Anatomy, exposure: Exposure, heart: Plane) -> Plane:
    """Depth of thorax without lung: spine and oesophagus, great vessels, aortic knob, descending aorta, heart."""
    turn = np.float32(0.4 * exposure.turn)
    spine = np.float32(4.5) * np.clip(1 - (x / np.float32(2.7)) ** 2, 0, None)
    filled = np.float32(0.45) + np.float32(0.27) * smoothstep(y, 6.0, 11.0)
    middle = filled * thorax * smoothstep(-np.abs(x - turn * 0.5), -3.4, -1.0)
    cava_x = x + np.float32(1.75) - turn + np.float32(0.25) * smoothstep(-y, -7, -2)
    cava = 3.4 * np.sqrt(np.clip(1 - (cava_x / np.float32(1.35)) ** 2, 0, None)) * smoothstep(y, 0, 6)
    knob = ellipsoid(x, y, (1.9 + 0.5 * anatomy.knob, 8.0), (1.45 * anatomy.knob, 1.6 * anatomy.knob, 3.4))
    edge = np.float32(2.3 + 0.3 * anatomy.knob) + np.float32(0.35) * np.sin((y - 8) / np.float32(7))
    aorta = 2.6 * np.sqrt(np.clip(1 - ((x - edge + 1.25) / np.float32(1.25)) ** 2, 0, None)) * smoothstep(y, 7.5, 9.5)
    trunk = ellipsoid(x, y, (2.0 + float(turn), 11.4), (2.0, 2.3, 3.2), 0.3)
    neck = np.float32(0.6) * thorax * smoothstep(-np.abs(x), -4.2, -2.0) * smoothstep(-y, -6.0, -1.0)
    vessels = (cava**3 + knob**3 + trunk**3 + aorta**3) ** np.float32(1 / 3)
    front = np.maximum(vessels, heart) + np.float32(0.25) * np.minimum(vessels, heart)
    return np.minimum(spine + np.maximum(middle, neck) + front, thorax)


def _body(x: Plane, y: Plane, half: Plane, anatomy: Anatomy, exposure: Exposure) -> Plane:
    """Outer envelope: neck, sloping shoulders, trunk, arms."""
    ax = np.abs(x)
    depth = np.interp(y, BODY_Y, BODY_DEPTH).astype(np.float32) * np.float32(0.35 + 0.65 * anatomy.bulk)
    rise = np.float32(2.2) * exposure.arms_up
    slope = np.float32(0.30) * np.clip(ax - 4.0, 0, None) + np.float32(0.013) * np.clip(ax - 10, 0, None) ** 2
    top = np.float32(-5.5) + slope - rise * smoothstep(ax, 8, 18)
    under = np.clip((y - top) / np.float32(9.0), 0, 1)
    under = np.sqrt(under * (2 - under))  # a rounded edge that levels off where the trunk has its full depth
    outer = half + np.float32(anatomy.wall) + np.float32(5.0) * smoothstep(-y, -9.0, 1.0)
    trunk = depth * np.clip(1 - (ax / outer) ** np.float32(2.6), 0, None) ** np.float32(0.45) * under
    neck_half = np.float32(5.6 + 4.0 * (anatomy.bulk - 1))
    neck = np.float32(12.5) * np.sqrt(np.clip(1 - (x / neck_half) ** 2, 0, None)) * smoothstep(-y, -8, 0)
    end = np.float32(20.0 + anatomy.wall)
    shoulder = np.float32(12.0 + 3 * (anatomy.bulk - 1)) * under * np.sqrt(np.clip(1 - (ax / end) ** 6, 0, None))
    shoulder = shoulder * smoothstep(-y, -(15.0 - 5 * exposure.arms_up), -3.0)
    lean = np.float32(0.12 + 0.5 * exposure.arms_up)
    arm_x = np.float32(18.2 + anatomy.wall * 0.6) + lean * np.clip(y - 3, 0, None)
    arm = np.float32(9.0) * np.sqrt(np.clip(1 - ((ax - arm_x) / np.float32(4.4 + 0.5 * anatomy.bulk)) ** 2, 0, None))
    arm = arm * np.sqrt(np.clip((y - 0.5) / np.float32(5), 0, 1)) * smoothstep(y, 0, 5)
    return (trunk**4 + neck**4 + shoulder**4 + arm**4) ** np.float32(0.25)


def _breasts(x: Plane, y: Plane, anatomy: Anatomy, exposure: Exposure) -> Plane:
    """Half ellipsoids that thicken downwards and end in the curved shadow of the inframammary fold."""
    if anatomy.breast <= 0.05:
        return np.zeros_like(x)
    total = np.zeros_like(x)
    for side in (-1, 1):
        droop = 17.8 + 0.8 * anatomy.breast
        u = (x - np.float32(side * 0.60 * anatomy.width)) / np.float32(6.4 + 0.35 * anatomy.breast)
        v = (y - np.float32(droop - 5)) / np.float32(6.2)
        v = np.where(v < 0, v * np.float32(0.62), v)
        total += np.float32(anatomy.breast) * np.sqrt(np.clip(1 - u * u - v * v, 0, None))
    return total * np.float32(0.8 if exposure.view == "AP" else 1.0)


def _gas(canvas: Canvas, x: Plane, y: Plane, anatomy: Anatomy, exposure: Exposure, rng: np.random.Generator) -> Plane:
    """The stomach bubble under the left dome, and sometimes the splenic flexure."""
    dome = 21.5 * exposure.inspiration + anatomy.dome_difference
    centre = (0.46 * anatomy.width + rng.normal(0, 0.5), dome + rng.uniform(2.4, 3.4))
    size = rng.uniform(0.0, 1.0)
    wobble = 0.14 * canvas.noise(rng, 1.5)
    bubble = ellipsoid(
        x + wobble, y + wobble, centre, (2.0 + 1.8 * size, 1.0 + 0.9 * size, 1.2 + 1.5 * size), rng.normal(0.1, 0.1)
    )
    if exposure.view == "PA" and size > 0.3:  # upright: a fluid level closes the bubble from below
        bubble = bubble * smoothstep(-y, -(centre[1] + 0.5), -(centre[1] + 0.35))
    loops = np.zeros_like(x)
    for _ in range(int(rng.integers(0, 4))):
        spot = (rng.choice([-1, 1]) * rng.uniform(3.5, 11), dome + rng.uniform(5.5, 10))
        loops = np.maximum(loops, ellipsoid(x + wobble, y + wobble, spot, (1.6, 1.1, 1.4), rng.uniform(-1, 1)))
    return np.maximum(bubble, loops)
