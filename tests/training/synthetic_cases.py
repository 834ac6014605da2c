"""Random pictures with a bright square where a finding is: enough to train a tiny net on, drawn in milliseconds."""

from __future__ import annotations

import numpy as np

from training.cases import PHANTOM, Cases
from training.data.records import FINDINGS, Box

SIDE, GRID = 32, (2, 2)


def square_cases(n: int, seed: int = 0, source: str = PHANTOM) -> Cases:
    """n cases of n // 2 patients at least; finding k is a square in quadrant k of a 32 x 32 noise picture."""
    random = np.random.default_rng(seed)
    labels = (random.random((n, len(FINDINGS))) < 0.4).astype(np.float32)
    images = random.random((n, SIDE, SIDE)) * 0.5
    masks = np.zeros((n, len(FINDINGS), *GRID), np.float16)
    boxes: list[tuple[Box, ...]] = []
    for row in range(n):
        own = []
        for k, key in enumerate(FINDINGS):
            y, x = 16 * (k // 2) + 4, 16 * (k % 2) + 4
            if labels[row, k]:
                images[row, y : y + 8, x : x + 8] += 0.5
                masks[row, k, k // 2, k % 2] = 0.25
                own.append(Box(key, x, y, 8, 8))
        boxes.append(tuple(own))
    names = tuple(f"{source}-{seed}-{row}" for row in range(n))
    patients = names if source == PHANTOM else tuple(f"{source}-{seed}-p{row // 2}" for row in range(n))
    views = tuple("AP" if row % 2 else "PA" for row in range(n))
    return Cases(images.astype(np.float16), labels, masks, tuple(boxes), names, patients, views, (source,) * n)
