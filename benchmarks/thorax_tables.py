"""Makes the two tables that the thorax frame and the site proposal read, from drawn phantoms and formulas.

    python -m benchmarks.thorax_tables appearance
    python -m benchmarks.thorax_tables sites

The atlas needs frames, and frames need the appearances: make them in this order. Phantoms at 256 pixels; those of
benchmarks/site_proposals.py are others.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from benchmarks.phantom_sites import SITES, landmarks, site_masks
from inference.thorax import appearance, find_frame
from inference.thorax.site_atlas import RANKED
from inference.thorax.site_atlas import TABLE as ATLAS
from inference.thorax.thorax_frame import ThoraxFrame
from training.phantoms.draw import draw_phantom

LOOKS_FROM = range(2000, 2200)
SITES_FROM = range(2000, 2160)
SIZE = 256
Plane = NDArray[np.float64]

ENDS_U, ENDS_V, STEPS_U, STEPS_V = (-1.2, 1.2), (-0.15, 1.3), 49, 30  # of the appearances
ATLAS_U, ATLAS_V, ATLAS_COLUMNS, ATLAS_ROWS = (-1.6, 1.6), (-0.5, 1.8), 64, 46
SMOOTH_CELLS = 0.8

# Inner half width of the chest, and half widths of mediastinum and heart, by height; 1 = the widest half.
WALL = (
    [-0.02, 0.0, 0.03, 0.07, 0.13, 0.24, 0.42, 0.65, 0.88, 1.3],
    [0.0, 0.36, 0.47, 0.55, 0.65, 0.77, 0.88, 0.96, 1, 1],
)
CENTRE_V = [0.0, 0.15, 0.35, 0.5, 0.65, 0.8, 1.0]
CENTRE_RIGHT = [0.16, 0.17, 0.18, 0.22, 0.25, 0.27, 0.27]
CENTRE_LEFT = [0.16, 0.19, 0.22, 0.27, 0.36, 0.47, 0.55]

# Which sites are never a finding's, and which come first where the place has them: anatomy, and paper 001 (Fig. 2) for opacities.
GROUPS = {
    "air_space": {
        "findings": ["lung_opacity", "pneumonia", "consolidation", "infiltration", "atelectasis", "nodule", "mass"],
        "first": [], "never": [],
    },
    "pleural_effusion": {
        "findings": ["pleural_effusion", "effusion", "pleural_thickening"],
        "first": ["CPA"], "never": ["HIL", "CLA", "MED", "CAR", "RCD"],
    },
    "pneumothorax": {
        "findings": ["pneumothorax"], "first": ["PLE", "APX"], "never": ["HIL", "MED", "RCD", "CAR", "CFA", "RDP"],
    },
    "heart": {
        "findings": ["cardiomegaly", "enlarged_cardiomediastinum"],
        "first": ["CAR", "MED"], "never": ["HIL", "CLA", "APX", "UZ", "MZ", "LZ", "RCD", "RDP", "CPA", "PLE"],
    },
    "other": {"findings": [], "first": [], "never": []},
}  # fmt: skip


def main(names: list[str]) -> int:
    """Exit code 0, or 2 naming an unknown table."""
    if len(names) != 1 or names[0] not in ("appearance", "sites"):
        print(f"benchmarks.thorax_tables: {' '.join(names)!r} is not one of appearance, sites", file=sys.stderr)
        return 2
    if names[0] == "appearance":
        appearance.TABLE.write_text(json.dumps(appearance_table(), indent=1) + "\n", encoding="utf-8")
    else:
        ATLAS.write_text(json.dumps(atlas_table(), indent=1) + "\n", encoding="utf-8")
    return 0


def appearance_table() -> dict[str, object]:
    """Both looks; two digits a cell."""
    with ProcessPoolExecutor(2) as pool:
        drawn = list(pool.map(_laid, LOOKS_FROM))
    brightness, seen = (np.stack(planes) for planes in zip(*drawn, strict=True))
    mean = (brightness * seen).sum(0) / np.maximum(seen.sum(0), 1)
    spread = np.sqrt(((brightness - mean) ** 2 * seen).sum(0) / np.maximum(seen.sum(0), 1))
    weight = seen.mean(0) ** 2 / (0.12 + spread)
    weight = np.where(weight / weight.max() < 0.02, 0, weight / weight.max())
    looks = [formula_look(), (mean, weight)]
    return {
        "source": f"formulas and the mean of phantoms {LOOKS_FROM.start} to {LOOKS_FROM.stop - 1}: benchmarks/thorax_tables.py",
        "u": ENDS_U,
        "v": ENDS_V,
        "appearances": [{"brightness": _rows(bright), "weight": _rows(weights)} for bright, weights in looks],
    }


def _grid() -> tuple[Plane, Plane]:
    u, v = np.meshgrid(np.linspace(*ENDS_U, STEPS_U), np.linspace(*ENDS_V, STEPS_V))
    return u, v


def formula_look() -> tuple[Plane, Plane]:
    """(brightness, weight): lungs dark, the rest bright; little weight where walls, shoulders and neck differ between people."""
    u, v = _grid()
    across, wall = np.abs(u), np.interp(v, *WALL)
    centre = np.where(u > 0, np.interp(v, CENTRE_V, CENTRE_LEFT), np.interp(v, CENTRE_V, CENTRE_RIGHT))
    away = (across - 0.5) / 0.5
    floor = 1.0 + 0.24 * np.clip(away, 0, None) ** 2.4 + 0.06 * np.clip(-away, 0, None) ** 2
    lung = np.prod([np.clip(10 * edge + 0.5, 0, 1) for edge in (v, wall - across, across - centre, floor - v)], axis=0)
    around = np.where(across > wall, 0.55, np.where(v > 1, 0.95, 0.85))
    around = np.where(v < 0, 0.6, around)
    around = np.where((across < 0.16) & (v < 0.1), 0.75, around)
    brightness = around * (1 - lung) + (0.15 + 0.12 * np.clip(0.5 - v, 0, 0.5)) * lung
    weight = np.where(across > wall + 0.12, 0.25, 1.0)
    weight = np.where((across > 1.14) | ((v < 0) & (across > 0.55)), 0.0, weight)
    weight = np.where(v < -0.08, 0.2, np.where(v > 1.15, 0.4, weight))
    weight = np.where((across > 0.75) & (v > 1.0), 0.3, weight)
    return ndimage.gaussian_filter(brightness, 0.7), ndimage.gaussian_filter(weight, 0.5)


def _laid(seed: int) -> tuple[Plane, Plane]:
    """(rank of brightness, 1 where the body is) of one phantom in thorax coordinates, by its true lines."""
    phantom = draw_phantom(seed, size=SIZE)
    true = landmarks(phantom)
    picture, step = find_frame.reduced(phantom.image, SIZE // 2)
    rank, body = find_frame.ranked(picture)
    u, v = _grid()
    dome = 0.5 * (true["right_dome"] + true["left_dome"])
    x = true["above"] + (true["below"] - true["above"]) * v + u * 0.5 * (true["left"] - true["right"])
    y = true["apex"] + v * (dome - true["apex"])
    places = [y / step - 0.5, x / step - 0.5]
    seen = ndimage.map_coordinates(body, places, order=1, mode="constant") > 0.99
    return ndimage.map_coordinates(rank, places, order=1, mode="nearest").astype(float), seen.astype(float)


def atlas_table() -> dict[str, object]:
    """Sites of each cell, likeliest first, a letter each; "." where fewer were ever seen there."""
    with ProcessPoolExecutor(2) as pool:
        counts = np.sum(list(pool.map(_counted, SITES_FROM)), axis=0).reshape(len(SITES), ATLAS_ROWS, ATLAS_COLUMNS)
    share = counts / np.maximum(counts.sum(axis=(1, 2), keepdims=True), 1)
    share = np.stack([ndimage.gaussian_filter(plane, SMOOTH_CELLS) for plane in share])
    order = np.argsort(-share, axis=0, kind="stable")[:RANKED]
    letters = "abcdefghijklmnopqrstuvwxyz"[: len(SITES)]
    seen = np.take_along_axis(share, order, axis=0) > 1e-9
    drawn = np.where(seen, np.array(list(letters))[order], ".")
    cells = ["".join(drawn[:, row].T.ravel()) for row in range(ATLAS_ROWS)]
    return {
        "source": f"phantoms {SITES_FROM.start} to {SITES_FROM.stop - 1} with their found frames: benchmarks/thorax_tables.py",
        "u": ATLAS_U,
        "v": ATLAS_V,
        "letters": dict(zip(letters, SITES, strict=True)),
        "groups": GROUPS,
        "cells": cells,
    }


def _counted(seed: int) -> NDArray[np.int64]:
    """Pixels of each site in each cell, [sites, cells]; none where no thorax is found."""
    phantom = draw_phantom(seed, size=SIZE)
    found = find_frame.find_thorax(phantom.image)
    count = ATLAS_ROWS * ATLAS_COLUMNS
    if not isinstance(found, ThoraxFrame):
        return np.zeros((len(SITES), count), dtype=np.int64)
    y, x = np.mgrid[:SIZE, :SIZE] + 0.5
    u, v = found.coordinates(x, y)
    row = np.clip((v - ATLAS_V[0]) / (ATLAS_V[1] - ATLAS_V[0]) * ATLAS_ROWS, 0, ATLAS_ROWS - 1).astype(int)
    column = np.clip((u - ATLAS_U[0]) / (ATLAS_U[1] - ATLAS_U[0]) * ATLAS_COLUMNS, 0, ATLAS_COLUMNS - 1).astype(int)
    cell = row * ATLAS_COLUMNS + column
    return np.stack([np.bincount(cell[mask], minlength=count) for mask in site_masks(phantom).values()])


def _rows(plane: Plane) -> list[str]:
    return ["".join(f"{round(99 * min(max(float(value), 0.0), 1.0)):02d}" for value in row) for row in plane]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
