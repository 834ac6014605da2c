"""A picture that looks like a chest, drawn from the formulas that a chest is searched by; its lines are known."""

import numpy as np

from inference.thorax.appearance import appearances
from inference.thorax.thorax_frame import ThoraxFrame

TRUE = ThoraxFrame((130.0, 130.0), 90.0, 90.0, 45.0, 195.0, 195.0, 1.0)


def drawn_chest(rows: int = 256, columns: int = 260, frame: ThoraxFrame = TRUE) -> np.ndarray:
    """Float [rows, columns], bright = dense, in 0.05 to 1, with a little noise."""
    x, y = np.meshgrid(np.arange(columns) + 0.5, np.arange(rows) + 0.5)
    bright, _ = appearances()[0].at(*frame.coordinates(x, y))
    return 0.05 + 0.9 * bright + np.random.default_rng(1).normal(0, 0.02, bright.shape)
