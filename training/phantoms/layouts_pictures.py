"""Made pictures in the layouts of BUSI (ultrasound with lesion masks) and CUB (photographs with segmentations)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from training.data.cub import PAPER_002
from training.phantoms.canvas import unit_grid
from training.phantoms.made_data import MadeData, Progress
from training.phantoms.sketch import speckle

Plane = NDArray[np.float32]
NORMAL_EVERY = 6
TWO_LESIONS_EVERY = 8  # of the benign images, as a few of BUSI have several masks


def write_busi(folder: Path, made: MadeData, progress: Progress = len) -> None:
    """benign/, malignant/ and normal/ with `CLASS (n).png` (RGB), `_mask.png` and, for two lesions, `_mask_1.png`.

    Benign lesions are smooth ellipses, malignant ones spiky and taller than wide; every sixth image is normal, with an
    empty mask."""
    folder = Path(folder)
    numbers = dict.fromkeys(("benign", "malignant", "normal"), 0)
    turn = 0
    for index in range(made.count):
        is_normal = index % NORMAL_EVERY == NORMAL_EVERY - 1
        name = "normal" if is_normal else ("benign", "malignant")[turn % 2]
        turn += not is_normal
        numbers[name] += 1
        rng = np.random.default_rng([made.seed, index, 17])
        lesions = 0 if is_normal else 1 + (name == "benign" and numbers[name] % TWO_LESIONS_EVERY == 0)
        # Two lesions lie in the left and the right half, so that their masks are disjoint.
        centres = [0.0] if lesions < 2 else [-0.45, 0.45]
        masks = [_lesion(made.size, name, centre, rng) for centre in centres[:lesions]]
        masks = masks or [np.zeros((made.size, made.size), bool)]
        stem = f"{name} ({numbers[name]})"
        (folder / name).mkdir(parents=True, exist_ok=True)
        gray = _ultrasound(np.logical_or.reduce(masks), rng)
        Image.fromarray(np.rint(gray * 255).astype(np.uint8)).convert("RGB").save(folder / name / f"{stem}.png")
        for number, mask in enumerate(masks):
            end = "_mask.png" if number == 0 else f"_mask_{number}.png"
            Image.fromarray(mask.astype(np.uint8) * 255).save(folder / name / f"{stem}{end}")
        progress(stem)


def write_cub(folder: Path, made: MadeData, progress: Progress = len) -> None:
    """images.txt, image_class_labels.txt, bounding_boxes.txt, classes.txt, images/ and segmentations/: the eight classes
    of paper 002 in turns, told apart by the colour and the shape of an ellipse."""
    folder = Path(folder)
    names = [f"{number}.Made_Bird_{number}" for number in PAPER_002]
    lists: dict[str, list[str]] = {key: [] for key in ("images", "image_class_labels", "bounding_boxes")}
    for index in range(made.count):
        name = names[index % len(names)]
        rng = np.random.default_rng([made.seed, index, 18])
        mask = _ellipse(made.size, rng.uniform(-0.2, 0.2), rng.uniform(-0.2, 0.2), 0.55 - 0.03 * (index % 8), 0.4, rng)
        inner = Path(name) / f"Made_{index + 1:04d}"
        for place in ("images", "segmentations"):
            (folder / place / name).mkdir(parents=True, exist_ok=True)
        Image.fromarray(_photograph(mask, index % len(names), rng)).save(
            folder / "images" / inner.with_suffix(".jpg"), quality=95
        )
        Image.fromarray(mask.astype(np.uint8) * 255).save(folder / "segmentations" / inner.with_suffix(".png"))
        rows, columns = np.nonzero(mask)
        x, y = int(columns.min()), int(rows.min())
        lists["images"].append(f"{index + 1} {inner.with_suffix('.jpg').as_posix()}")
        lists["image_class_labels"].append(f"{index + 1} {int(name[:3])}")
        lists["bounding_boxes"].append(
            f"{index + 1} {x}.0 {y}.0 {int(columns.max()) + 1 - x}.0 {int(rows.max()) + 1 - y}.0"
        )
        progress(inner.name)
    lists["classes"] = [f"{int(name[:3])} {name}" for name in names]
    for key, lines in lists.items():
        (folder / f"{key}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _ellipse(
    size: int, cx: float, cy: float, across: float, down: float, rng: np.random.Generator, spikes: float = 0.0
) -> NDArray[np.bool_]:
    x, y = unit_grid(size)
    angle = np.arctan2(y - cy, x - cx)
    edge = 1 + spikes * np.sin(int(rng.integers(7, 12)) * angle + rng.uniform(0, 6))
    return np.asarray(np.hypot((x - cx) / across, (y - cy) / down) < edge)


def _lesion(size: int, kind: str, centre: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    cx, cy = centre + rng.uniform(-0.12, 0.12), rng.uniform(-0.3, 0.2)
    radius = rng.uniform(0.22, 0.3)
    if kind == "benign":
        return _ellipse(size, cx, cy, radius * 1.3, radius * 0.8, rng)
    return _ellipse(size, cx, cy, radius * 0.9, radius * 1.25, rng, spikes=0.25)


def _ultrasound(mask: NDArray[np.bool_], rng: np.random.Generator) -> Plane:
    _, y = unit_grid(len(mask))
    tissue = 0.45 - 0.12 * y - 0.28 * gaussian_filter(mask.astype(np.float32), 1.0)
    return np.asarray(np.clip(tissue * (1 + 0.3 * speckle(mask.shape, rng, 0.8)), 0, 1), dtype=np.float32)


def _photograph(mask: NDArray[np.bool_], kind: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """uint8 [size, size, 3]: a bird's colour on leaves or sky."""
    colours: Sequence[tuple[float, float, float]] = (
        (0.2, 0.2, 0.2), (0.2, 0.3, 0.8), (0.3, 0.6, 0.4), (0.5, 0.5, 0.5), (0.55, 0.4, 0.3), (0.4, 0.25, 0.1),
        (0.9, 0.85, 0.8), (0.8, 0.1, 0.1),
    )  # fmt: skip
    ground = np.array([0.45, 0.6, 0.35]) + rng.uniform(-0.1, 0.1, 3)
    noise = 0.05 * speckle(mask.shape, rng, 1.5)[..., None]
    picture = np.where(mask[..., None], np.array(colours[kind]), ground) + noise
    return np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)
