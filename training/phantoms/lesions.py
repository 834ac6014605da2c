"""Findings as changes of path lengths, with the exact mask of what changed.

Each returns water-equivalent cm to add to the picture and a mask that is True where the finding adds at least VISIBLE_CM.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from training.data.records import Box
from training.phantoms.canvas import Canvas, Plane, smoothstep, tube
from training.phantoms.patient import Anatomy, Exposure
from training.phantoms.torso import Trunk, dome_height, lung_half_width

VISIBLE_CM = 0.75  # less water in front of a lung is lost among ribs and vessels
Mask = NDArray[np.bool_]

# Centre of an opacity per zone: fraction of the half width, fraction of the lung's height.
ZONES = {"upper": (0.52, 0.24), "middle": (0.58, 0.48), "lower": (0.56, 0.76), "retrocardiac": (0.30, 0.84)}


@dataclass(frozen=True)
class Lesion:
    """added: float32 [height, width] water-equivalent cm; mask: bool [height, width]; boxes: tight on the mask's parts."""

    added: Plane
    mask: Mask
    boxes: list[Box]


def mask_boxes(key: str, mask: Mask, min_share: float = 0.08) -> list[Box]:
    """One box per connected part of the mask; parts under min_share of the largest are left out."""
    parts, count = label(mask)
    sizes = np.bincount(parts.ravel(), minlength=count + 1)[1:]
    boxes = []
    for part in range(1, count + 1):
        if sizes[part - 1] < min_share * sizes.max():
            continue
        rows, columns = np.nonzero(parts == part)
        x, y = float(columns.min()), float(rows.min())
        boxes.append(Box(key, x, y, float(columns.max() + 1 - x), float(rows.max() + 1 - y)))
    return boxes


def keep_boxed(mask: Mask, boxes: list[Box]) -> Mask:
    """The mask without the crumbs that got no box."""
    kept = np.zeros_like(mask)
    for _, x, y, w, h in boxes:
        area = (slice(int(y), int(y + h)), slice(int(x), int(x + w)))
        kept[area] = mask[area]
    return kept


def lung_opacity(
    canvas: Canvas, anatomy: Anatomy, exposure: Exposure, trunk: Trunk, rng: np.random.Generator
) -> Lesion:
    """One to three air-space opacities: filled lung with irregular soft edges, at times with air bronchograms."""
    count = int(rng.choice([1, 2, 3], p=[0.62, 0.28, 0.10]))
    path = np.clip(trunk.thorax - trunk.mediastinum, 0, None) * trunk.lung_fraction
    total = canvas.blank()
    first = rng.choice([-1.0, 1.0])
    for index in range(count):
        side = first if index == 0 else rng.choice([-1.0, 1.0])
        filled = _consolidation(canvas, anatomy, exposure, side, rng)
        depth = np.float32(rng.uniform(3.8, 8.5) * anatomy.scale)
        total = np.maximum(total, filled * np.minimum(depth, path * np.float32(0.8)))
    added = canvas.blur(total * np.float32(1 - anatomy.density), 0.16 * anatomy.scale)
    mask = canvas.blur(added, 0.25) > VISIBLE_CM * anatomy.scale
    boxes = mask_boxes("lung_opacity", mask) if mask.any() else []
    return Lesion(added, keep_boxed(mask, boxes), boxes)


def _consolidation(
    canvas: Canvas, anatomy: Anatomy, exposure: Exposure, side: float, rng: np.random.Generator
) -> Plane:
    """Share of the air spaces filled, 0 to 1."""
    zone = str(rng.choice(list(ZONES), p=[0.24, 0.26, 0.36, 0.14]))
    if zone == "retrocardiac":
        side = 1.0
    across, down = ZONES[zone]
    s = anatomy.scale
    cy = (0.5 + down * 20.5 * exposure.inspiration) + rng.normal(0, 1.0)
    cx = side * across * float(lung_half_width(anatomy, np.array(cy))) + rng.normal(0, 0.9)
    radius = rng.uniform(2.0, 4.6, 2) * (0.8 if zone == "retrocardiac" else 1.0)
    x, y = canvas.grid()
    x, y = x / np.float32(s), y / np.float32(s)
    wobble = 0.6 * canvas.noise(rng, 3.0 * s), 0.6 * canvas.noise(rng, 3.0 * s)
    tilt = rng.uniform(-0.8, 0.8)
    dx, dy = x - np.float32(cx) + wobble[0], y - np.float32(cy) + wobble[1]
    u = (np.cos(tilt) * dx + np.sin(tilt) * dy) / np.float32(radius[0])
    v = (np.cos(tilt) * dy - np.sin(tilt) * dx) / np.float32(radius[1])
    reach = (
        np.sqrt(u * u + v * v).astype(np.float32)
        + 0.08 * canvas.noise(rng, 1.2 * s)
        + 0.04 * canvas.noise(rng, 0.5 * s)
    )
    filled = 1 - smoothstep(reach, float(rng.uniform(0.25, 0.6)), float(rng.uniform(1.1, 1.3)))
    if zone == "upper" and rng.random() < 0.4:  # the minor fissure holds it up: a sharp lower edge
        filled = filled * smoothstep(-dy, -1.05, -0.85)
    patchy = rng.uniform(0.03, 0.18)
    filled = filled * np.clip(1 - patchy + patchy * canvas.noise(rng, 0.8 * s), 0.2, 1.15)
    filled = np.clip(filled * rng.uniform(0.75, 1.0), 0, 1)
    if rng.random() < 0.4:
        filled = filled * (1 - _bronchogram(canvas, s, side, cx, cy, float(radius.mean()), rng))
    return filled.astype(np.float32)


def _bronchogram(
    canvas: Canvas, s: float, side: float, cx: float, cy: float, reach: float, rng: np.random.Generator
) -> Plane:
    """Air left in branching bronchi that point away from the hilum."""
    away = np.arctan2(cy - 11.5, cx - side * 3.5)
    air = canvas.blank()
    t = np.linspace(-0.9, 0.9, 30) * reach
    for turn in (-0.45, 0.0, 0.4):
        heading = away + turn + rng.normal(0, 0.1)
        x, y = cx + t * np.cos(heading), cy + t * np.sin(heading) + 0.05 * t**2
        air = np.maximum(air, tube(canvas, s * x, s * y, s * np.linspace(0.17, 0.07, 30)))
    return np.clip(air / np.float32(0.45 * s), 0, 0.38)


def pleural_effusion(
    canvas: Canvas, anatomy: Anatomy, exposure: Exposure, trunk: Trunk, rng: np.random.Generator
) -> Lesion:
    """Free fluid on one side or both: blunted angle, meniscus rising to the chest wall, or a veil in the AP bed view."""
    both = rng.random() < 0.28
    first = rng.choice([-1.0, 1.0])
    total, mask = canvas.blank(), np.zeros((canvas.height, canvas.width), dtype=bool)
    boxes: list[Box] = []
    height = canvas.grid()[1]
    wall = np.array([-0.97, 0.97]) * anatomy.width
    angles = anatomy.scale * np.asarray(dome_height(anatomy, exposure, wall))
    for side in (first, -first) if both else (first,):
        added = _fluid(canvas, anatomy, exposure, trunk, side, rng)
        floor = angles[int(side > 0)] + 0.6  # fluid in the recess behind the liver is there but nobody would outline it
        seen = (canvas.blur(added, 0.2) > VISIBLE_CM * anatomy.scale) & (trunk.thorax > 0.5) & (height < floor)
        found = mask_boxes("pleural_effusion", seen, 0.5) if seen.any() else []
        boxes += found
        mask |= keep_boxed(seen, found)
        total += added
    return Lesion(total, mask, boxes)


def _fluid(
    canvas: Canvas, anatomy: Anatomy, exposure: Exposure, trunk: Trunk, side: float, rng: np.random.Generator
) -> Plane:
    """Water-equivalent cm that fluid adds where air was."""
    s = np.float32(anatomy.scale)
    x, y = canvas.grid()
    x, y = x / s, y / s
    angle_y = float(dome_height(anatomy, exposure, np.array(side * 0.97 * anatomy.width)))  # costophrenic angle
    level = angle_y - rng.choice(
        [rng.uniform(5.0, 7.5), rng.uniform(7.5, 12.0), rng.uniform(12.0, 16.0)], p=[0.4, 0.42, 0.18]
    )
    half = np.clip(lung_half_width(anatomy, y), 0.5, None)
    u = np.clip(side * x / half, 0, 1)
    veil = exposure.view == "AP" and rng.random() < 0.5
    climb = rng.uniform(2.8, 5.0)
    surface = np.float32(level) + climb * (1 - u**3) - np.float32(0.9) * np.exp(-(((u - 0.15) / 0.2) ** 2))
    surface = surface + 0.18 * canvas.noise(rng, 4.0)
    soft = rng.uniform(6.5, 9.0) if veil else rng.uniform(2.2, 3.6)
    share = np.clip((y - surface + np.float32(0.6)) / np.float32(soft), 0, 1) ** np.float32(0.7) * (
        0.75 if veil else 0.98
    )
    air = np.clip(trunk.thorax - trunk.mediastinum, 0, None) * trunk.lung_fraction
    on_side = smoothstep(np.float32(side) * x, -0.3, 0.3)
    return (share * on_side * air * np.float32(1 - anatomy.density)).astype(np.float32)


def heart_box(trunk: Trunk) -> tuple[Mask, list[Box]]:
    """Mask and box of the heart's silhouette where it stands against lung."""
    mask = trunk.heart > 0.6
    return mask, mask_boxes("cardiomegaly", mask, 0.5) if mask.any() else []
