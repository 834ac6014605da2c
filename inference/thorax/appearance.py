"""How a frontal chest looks in thorax coordinates. Two looks, since walls and flanks differ more than lungs: drawn from nobody.

The first is made of formulas (lungs dark, heart, mediastinum and abdomen bright, what lies beside the chest wall of little
weight); the second is the mean of drawn phantoms. `python -m benchmarks.thorax_tables` makes both.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from scipy import ndimage

TABLE: Final = Path(__file__).with_name("appearance.json")


@dataclass(frozen=True)
class Appearance:
    """brightness (rank among the body's pixels) and weight [v, u], 0 to 1 each, between the ends of u and v."""

    brightness: np.ndarray
    weight: np.ndarray
    ends_u: tuple[float, float]
    ends_v: tuple[float, float]

    def at(self, u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(brightness, weight) at thorax coordinates of one shape; no weight outside the table."""
        places = [
            (value - low) / (high - low) * (count - 1)
            for value, (low, high), count in zip((v, u), (self.ends_v, self.ends_u), self.brightness.shape, strict=True)
        ]
        bright = ndimage.map_coordinates(self.brightness, places, order=1, mode="nearest")
        return bright, ndimage.map_coordinates(self.weight, places, order=1, mode="constant", cval=0.0)


@cache
def appearances() -> tuple[Appearance, ...]:
    """The looks that a chest is searched by."""
    kept = json.loads(TABLE.read_text(encoding="utf-8"))
    (left, right), (top, bottom) = kept["u"], kept["v"]
    return tuple(
        Appearance(_plane(look["brightness"]), _plane(look["weight"]), (left, right), (top, bottom))
        for look in kept["appearances"]
    )


def _plane(rows: list[str]) -> np.ndarray:
    """Two digits a cell, 00 to 99."""
    return np.array([[int(row[i : i + 2]) for i in range(0, len(row), 2)] for row in rows]) / 99
