"""A chest radiograph in a few strokes: milliseconds instead of draw_phantom's third of a second, for tests and smoke runs.

Two lungs, a heart, ribs, spine and side marker in fractions of the picture, with five signs that have exact masks. What it
shows is enough for a network to learn from and for a reader to count; it is not meant to look like a patient.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from training.data.records import FINDINGS
from training.phantoms.canvas import unit_grid
from training.phantoms.draw import MAX_SIDE, MIN_SIDE, Phantom
from training.phantoms.lesions import mask_boxes
from training.phantoms.patient import draw_patient

Plane = NDArray[np.float32]  # [height, width]
OPACITY, EFFUSION, HEART = FINDINGS
ATELECTASIS, EDEMA = "atelectasis", "edema"
SIGNS = (*FINDINGS, ATELECTASIS, EDEMA)
VISIBLE = 0.06  # gray that a sign must add to a pixel for its mask
PIXEL_MM = 143.0  # of a detector of 1024 pixels, over the picture's pixels


def sketch_phantom(
    seed: int,
    *,
    size: int = 96,
    signs: Collection[str] = (),
    confounder: float = 0.0,
    patient_seed: int | None = None,
) -> Phantom:
    """A sketch with exactly these signs. confounder: as in draw_phantom. patient_seed: two seeds with one patient_seed
    are two visits of one patient. Raises ValueError for an unknown sign or a size outside 64..4096."""
    check_signs(signs)
    if not MIN_SIDE <= size <= MAX_SIDE:
        raise ValueError(f"size {size} is outside {MIN_SIDE}..{MAX_SIDE} pixels")
    person = np.random.default_rng([seed if patient_seed is None else patient_seed, 11])
    rng = np.random.default_rng([seed, 12])
    patient = draw_patient(person, None, None)
    view = "PA" if rng.random() < 0.6 else "AP"
    x, y = unit_grid(size)
    lungs, heart = _lungs(x, y, person), _heart(x, y, HEART in signs, person)
    air = np.clip(lungs - heart, 0, 1)
    picture = _trunk(x, y) - 0.45 * air + 0.04 * air * np.cos(28 * (y + 0.35 * np.abs(x))).astype(np.float32)
    masks: dict[str, NDArray[np.bool_]] = {}
    for key in (key for key in SIGNS if key in signs):
        if key == HEART:
            masks[key] = heart > 0.5
            continue
        added = added_sign(key, size, rng) * (air if key in (OPACITY, EFFUSION) else 1)
        masks[key] = added > VISIBLE
        picture = picture + added
    marked = confounder != 0 and bool(rng.random() < 0.5 + (0.5 if signs else -0.5) * confounder)
    picture = _marker(picture, marked) + rng.normal(0, 0.02, picture.shape).astype(np.float32)
    boxes = [box for key, mask in masks.items() if mask.any() for box in mask_boxes(key, mask, 0.5)]
    millimetres = PIXEL_MM / size
    return Phantom(
        image=np.clip(picture, 0, 1).astype(np.float32), findings={key: key in signs for key in SIGNS}, boxes=boxes,
        masks=masks, view=view, cardiothoracic_ratio=0.58 if HEART in signs else 0.44, patient=patient,
        pixel_spacing=(millimetres, millimetres), seed=seed, has_confounder=marked,
    )  # fmt: skip


def with_signs(phantom: Phantom, signs: Collection[str]) -> Phantom:
    """A drawn phantom with the signs that draw_phantom does not know, atelectasis and edema, laid over it."""
    check_signs(signs)
    rng = np.random.default_rng([phantom.seed, 13])
    image, masks, boxes = phantom.image, dict(phantom.masks), list(phantom.boxes)
    for key in (ATELECTASIS, EDEMA):
        if key in signs:
            added = added_sign(key, image.shape[0], rng)
            image, masks[key] = np.clip(image + added, 0, 1), added > VISIBLE
            boxes += mask_boxes(key, masks[key], 0.5)
    findings = {key: key in signs or phantom.findings.get(key, False) for key in SIGNS}
    return replace(phantom, image=image, masks=masks, boxes=boxes, findings=findings)


def added_sign(key: str, size: int, rng: np.random.Generator) -> Plane:
    """Gray that a sign other than the heart adds, [size, size]: a patch (opacity), fluid from the base up with its
    meniscus, a plate-like band above the diaphragm (atelectasis), haze around both hila (edema)."""
    x, y = unit_grid(size)
    side = float(rng.choice([-1.0, 1.0]))
    if key == OPACITY:
        cx, cy, radius = side * rng.uniform(0.33, 0.5), rng.uniform(-0.35, 0.3), rng.uniform(0.16, 0.26)
        return _soft((np.hypot(x - cx, (y - cy) * rng.uniform(0.7, 1.2)) - radius) / 0.05, 0.38)
    if key == EFFUSION:
        level = rng.uniform(0.1, 0.4)
        return _soft((level - 0.3 * np.abs(x) - y + 0.12) / 0.05, 0.4) * (x * side > 0)
    if key == ATELECTASIS:
        tilt, height = rng.uniform(-0.15, 0.15), rng.uniform(0.2, 0.4)
        thickness = np.abs(y - height - tilt * (np.abs(x) - 0.42)) - 0.045
        ends = np.abs(np.abs(x) - 0.42) - 0.2
        return _soft(np.maximum(thickness / 0.02, ends / 0.03), 0.4) * (x * side > 0)
    if key == EDEMA:
        return _soft((np.hypot((np.abs(x) - 0.28) * 1.3, y + 0.02) - rng.uniform(0.26, 0.34)) / 0.1, 0.26)
    raise ValueError(f"sign {key!r} is not one of {', '.join(SIGNS)} that add to the picture")


def check_signs(signs: Collection[str]) -> None:
    """Raises ValueError for a sign that is not in SIGNS."""
    for key in signs:
        if key not in SIGNS:
            raise ValueError(f"sign {key!r} is not one of {', '.join(SIGNS)}")


def _soft(distance: NDArray[np.floating], height: float) -> Plane:
    """height inside (distance < 0), 0 outside, smooth between."""
    return np.asarray(height / (1 + np.exp(np.clip(4 * distance, -30, 30))), dtype=np.float32)


def _lungs(x: Plane, y: Plane, person: np.random.Generator) -> Plane:
    across, down = person.uniform(0.25, 0.3), person.uniform(0.52, 0.6)
    reach = np.hypot((np.abs(x) - 0.42) / across, (y + 0.05) / down) - 1
    return _soft(reach / 0.1, 1.0)


def _heart(x: Plane, y: Plane, is_large: bool, person: np.random.Generator) -> Plane:
    width = person.uniform(0.24, 0.28) + (0.17 if is_large else 0.0)
    return _soft((np.hypot((x - 0.1) / width, (y - 0.25) / 0.3) - 1) / 0.08, 1.0)


def _trunk(x: Plane, y: Plane) -> Plane:
    spine = 0.1 * np.exp(-((x / 0.07) ** 2))
    return np.asarray(np.where(np.abs(x) < 0.9, 0.62, 0.05) + spine - 0.05 * y, dtype=np.float32)


def _marker(picture: Plane, is_marked: bool) -> Plane:
    """The side marker at the upper right and, when marked, the confounder's cross at the lower left."""
    size = picture.shape[0]
    step = max(size // 24, 2)
    shown = picture.copy()
    shown[step : 3 * step, -2 * step : -step] = 1.0
    if is_marked:
        middle = size - 2 * step
        shown[middle - step : middle + step, 2 * step - step // 2 : 2 * step + step // 2 + 1] = 1.0
        shown[middle - step // 2 : middle + step // 2 + 1, step : 3 * step] = 1.0
    return shown


def speckle(shape: tuple[int, int], rng: np.random.Generator, grain: float) -> Plane:
    """Smooth noise of mean 0 and unit variance with structures of `grain` pixels, for the drawn ultrasound."""
    noise = gaussian_filter(rng.standard_normal(shape, dtype=np.float32), grain)
    return np.asarray(noise / max(float(noise.std()), 1e-6), dtype=np.float32)
