"""A made data set whose answer is visible: a bright square on one side of noise. Drawn in a second, no patient in it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from training.data.records import Box
from training.data.samples import MULTILABEL, SINGLE, Sample, SampleSet

CLASSES = ("left", "right")


def made_set(folder: Path, patients: int = 48, side: int = 48, task: str = SINGLE) -> SampleSet:
    """One image per patient. single: the square is left or right. multilabel: either, both or neither side."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    samples = []
    for number in range(patients):
        pixels = random.integers(40, 110, (side, side)).astype(np.uint8)
        present = [number % 2 == 0, number % 2 == 1] if task == SINGLE else [number % 2 == 0, number % 4 < 2]
        boxes = []
        for column, (name, there) in enumerate(zip(CLASSES, present, strict=True)):
            if there:
                x, y = side // 8 + column * side // 2, int(random.integers(side // 8, side // 2))
                pixels[y : y + side // 4, x : x + side // 4] = 235
                boxes.append(Box(name, float(x), float(y), side / 4, side / 4))
        path = folder / f"{number:03d}.png"
        Image.fromarray(pixels).save(path)
        labels = tuple(float(value) for value in present)
        samples.append(Sample(path, path.name, f"p{number:03d}", labels, tuple(boxes), view="PA"))
    return SampleSet("made", SINGLE if task == SINGLE else MULTILABEL, CLASSES, tuple(samples))
