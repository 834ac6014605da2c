"""Draw one phantom radiograph with its truth, deterministic in the seed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from training.data.records import FINDINGS, Box
from training.phantoms import lesions
from training.phantoms.canvas import Canvas, Plane, resample, smoothstep
from training.phantoms.detector import collimation, expose, present
from training.phantoms.objects import confounder_mark, side_marker
from training.phantoms.objects import devices as draw_devices
from training.phantoms.patient import Anatomy, Exposure, PhantomPatient, draw_anatomy, draw_exposure, draw_patient
from training.phantoms.skeleton import build_skeleton
from training.phantoms.torso import Trunk, build_trunk
from training.phantoms.vessels import airways, lung_grain, pulmonary_vessels

PHANTOM_VIEWS = ("PA", "AP")
MIN_SIDE, MAX_SIDE = 64, 4096
ANATOMY_SIDE = 1300  # pixels; above, twice as many would cost four times the seconds and show no more
NORMAL_SHARE = 0.45
ENLARGED = (0.535, 0.66)  # cardiothoracic ratios of cardiomegaly; the normal ones end at 0.488


@dataclass(frozen=True)
class Phantom:
    """image: float32 [H, W] in [0, 1], bright = dense. boxes in its pixels. masks: bool [H, W] for each present finding."""

    image: NDArray[np.float32]
    findings: dict[str, bool]
    boxes: list[Box]
    masks: dict[str, NDArray[np.bool_]]
    view: str
    cardiothoracic_ratio: float
    patient: PhantomPatient
    pixel_spacing: tuple[float, float]  # row, column mm on the detector
    seed: int
    has_confounder: bool = False
    has_devices: bool = field(default=False)


def draw_phantom(
    seed: int,
    *,
    size: int | tuple[int, int] = 256,
    findings: Collection[str] | None = None,
    view: str | None = None,
    age_years: float | None = None,
    sex: str | None = None,
    devices: bool | None = None,
    confounder: float = 0.0,
    patient_seed: int | None = None,
) -> Phantom:
    """A frontal chest radiograph of nobody.

    size: pixels, a number or (height, width). findings: None draws them (45 % normal), a collection means exactly these.
    devices: None draws them for one in five. confounder: correlation in [-1, 1] of a corner mark with "has a finding";
    0 leaves the mark out. patient_seed: two seeds with one patient_seed are two visits of one patient.
    Raises ValueError for values outside these.
    """
    height, width = _checked_size(size)
    _check(findings, view, sex, confounder)
    person_rng = np.random.default_rng([seed if patient_seed is None else patient_seed, 1])
    rng = np.random.default_rng([seed, 2])
    patient = draw_patient(person_rng, age_years, sex)
    anatomy = draw_anatomy(person_rng, patient)
    exposure = draw_exposure(rng, view)
    present_now = _drawn_findings(rng) if findings is None else frozenset(findings)
    enlarged, with_devices = rng.uniform(*ENLARGED), rng.random() < (0.35 if exposure.view == "AP" else 0.1)
    ratio = float(enlarged) if "cardiomegaly" in present_now else anatomy.cardiothoracic_ratio
    marked = confounder != 0 and bool(rng.random() < 0.5 + (0.5 if present_now else -0.5) * confounder)
    canvas = _canvas(height, width, anatomy, exposure)
    coarse = _coarse(canvas)
    trunk = build_trunk(coarse, anatomy, exposure, ratio, rng)
    found = _lesions(coarse, anatomy, exposure, trunk, present_now, rng)
    metal_wanted = bool(with_devices) if devices is None else devices
    paths = _paths(coarse, anatomy, exposure, trunk, found, metal_wanted, rng)
    image = _radiograph(canvas, paths, exposure, marked, rng)
    found = {key: _fine(key, lesion, canvas) for key, lesion in found.items()}
    return Phantom(
        image=image,
        findings={key: key in present_now for key in FINDINGS},
        boxes=[box for lesion in found.values() for box in lesion.boxes],
        masks={key: lesion.mask for key, lesion in found.items()},
        view=exposure.view,
        cardiothoracic_ratio=ratio,
        patient=patient,
        pixel_spacing=(canvas.cm * 10, canvas.cm * 10),
        seed=seed,
        has_confounder=marked,
        has_devices=metal_wanted,
    )


def _checked_size(size: int | tuple[int, int]) -> tuple[int, int]:
    height, width = (size, size) if isinstance(size, int) else size
    if not (MIN_SIDE <= height <= MAX_SIDE and MIN_SIDE <= width <= MAX_SIDE):
        raise ValueError(f"size {height} x {width} is outside {MIN_SIDE}..{MAX_SIDE} pixels")
    return height, width


def _check(findings: Collection[str] | None, view: str | None, sex: str | None, confounder: float) -> None:
    unknown = sorted(set(findings or ()) - set(FINDINGS))
    if unknown:
        raise ValueError(f"finding {unknown[0]!r} is not one of {', '.join(FINDINGS)}")
    if view is not None and view not in PHANTOM_VIEWS:
        raise ValueError(f"view {view!r} is not one of {', '.join(PHANTOM_VIEWS)}")
    if sex is not None and sex not in ("F", "M"):
        raise ValueError(f"sex {sex!r} is not one of F, M")
    if not -1 <= confounder <= 1:
        raise ValueError(f"confounder {confounder} is outside -1..1")


def _drawn_findings(rng: np.random.Generator) -> frozenset[str]:
    """Nothing, or each finding at its own rate with at least one."""
    chance = rng.random(len(FINDINGS))
    if rng.random() < NORMAL_SHARE:
        return frozenset()
    chosen = [key for key, value, rate in zip(FINDINGS, chance, (0.55, 0.42, 0.36), strict=True) if value < rate]
    return frozenset(chosen or [FINDINGS[int(rng.integers(len(FINDINGS)))]])


def _canvas(height: int, width: int, anatomy: Anatomy, exposure: Exposure) -> Canvas:
    cm = exposure.field * anatomy.scale * (1 + 0.02 * (anatomy.wall - 2.5)) / min(height, width)
    s = anatomy.scale
    centre = (s * exposure.shift[0], s * (13.2 * (0.6 + 0.4 * exposure.inspiration) + exposure.shift[1]))
    return Canvas(height, width, cm, *centre, exposure.angle)


def _lesions(
    canvas: Canvas, anatomy: Anatomy, exposure: Exposure, trunk: Trunk, keys: Collection[str], rng: np.random.Generator
) -> dict[str, lesions.Lesion]:
    found = {}
    if "lung_opacity" in keys:
        found["lung_opacity"] = _seen_opacity(canvas, anatomy, exposure, trunk, rng)
    if "pleural_effusion" in keys:
        found["pleural_effusion"] = lesions.pleural_effusion(canvas, anatomy, exposure, trunk, rng)
    if "cardiomegaly" in keys:
        mask, boxes = lesions.heart_box(trunk)
        found["cardiomegaly"] = lesions.Lesion(canvas.blank(), mask, boxes)
    return found


def _seen_opacity(
    canvas: Canvas, anatomy: Anatomy, exposure: Exposure, trunk: Trunk, rng: np.random.Generator
) -> lesions.Lesion:
    """Draw until the opacity covers at least 0.4 % of the picture: a label must be visible to be true."""
    lesion = lesions.lung_opacity(canvas, anatomy, exposure, trunk, rng)
    for _ in range(20):
        if lesion.mask.mean() >= 0.004:
            break
        lesion = lesions.lung_opacity(canvas, anatomy, exposure, trunk, rng)
    return lesion


def _coarse(canvas: Canvas) -> Canvas:
    """The canvas itself, or one with fewer pixels for anatomy that has no detail worth more; noise stays at full size."""
    step = -(-max(canvas.height, canvas.width) // ANATOMY_SIDE)
    if step == 1:
        return canvas
    return replace(canvas, height=canvas.height // step, width=canvas.width // step, cm=canvas.cm * step)


def _fine(key: str, lesion: lesions.Lesion, canvas: Canvas) -> lesions.Lesion:
    """Mask and boxes at the picture's own size."""
    shape = (canvas.height, canvas.width)
    if lesion.mask.shape == shape:
        return lesion
    mask = resample(lesion.mask.astype(np.float32), shape, order=1) > 0.5
    return lesions.Lesion(lesion.added, mask, lesions.mask_boxes(key, mask) if mask.any() else [])


def _paths(
    canvas: Canvas,
    anatomy: Anatomy,
    exposure: Exposure,
    trunk: Trunk,
    found: dict[str, lesions.Lesion],
    with_devices: bool,
    rng: np.random.Generator,
) -> tuple[Plane, Plane, Plane]:
    """Path lengths in cm of water, bone and metal, everything stacked."""
    aerated = np.clip(trunk.thorax - trunk.mediastinum, 0, None) * trunk.lung_fraction
    empty = np.float32(1 - anatomy.density) * aerated * (1 + lung_grain(canvas, rng))
    added = sum((lesion.added for lesion in found.values()), canvas.blank())
    # Vessels show against air only: where it is gone they lose their silhouette.
    room = np.clip(1 - added / np.maximum(empty, np.float32(0.1)), 0, 1) * smoothstep(empty, 0.0, 5.0 * anatomy.scale)
    blood = np.minimum(pulmonary_vessels(canvas, anatomy, exposure), aerated) * np.float32(1.1) * room
    water = trunk.body - np.clip(empty - added, 0, None) + blood
    water -= np.minimum(airways(canvas, anatomy, exposure), trunk.body) * np.float32(0.9) + trunk.gas
    bone = build_skeleton(canvas, anatomy, exposure, rng)
    metal = draw_devices(canvas, anatomy, rng) if with_devices else canvas.blank()
    return np.clip(water, 0, None), bone, metal


def _radiograph(
    canvas: Canvas, paths: tuple[Plane, Plane, Plane], exposure: Exposure, marked: bool, rng: np.random.Generator
) -> Plane:
    """Expose, present, and lay the lead markers on top."""
    lead = side_marker(canvas, exposure.view, rng)
    if marked:
        lead = np.maximum(lead, confounder_mark(canvas))
    shape = (canvas.height, canvas.width)
    water, bone, metal = (path if path.shape == shape else resample(path, shape, order=1) for path in paths)
    signal = expose(canvas, water, bone, metal, exposure, rng)
    picture = present(canvas, signal, collimation(canvas, rng), exposure)
    return np.maximum(picture, lead * np.float32(0.97)).astype(np.float32)
