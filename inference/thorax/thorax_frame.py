"""Lines of the thorax in one picture, and the coordinates that they give to its points."""

from dataclasses import dataclass

import numpy as np

WIDEST = 0.85  # v at which the chest is widest: where the lateral edges are stated


@dataclass(frozen=True)
class ThoraxFrame:
    """In pixels of the picture as it is looked at (L\\F), corner convention, fractions allowed; lines may leave the picture.

    midline: x at the height of the apices and at that of the diaphragm. half_right, half_left: from the midline to the inner
    chest wall where it is widest, of the patient's right (picture's left) and left. apex: y of the lung apices. right_dome,
    left_dome: y of the diaphragm's tops. likeness: correlation with the template, 0 to 1.
    """

    midline: tuple[float, float]
    half_right: float
    half_left: float
    apex: float
    right_dome: float
    left_dome: float
    likeness: float

    @property
    def lateral_edges(self) -> tuple[float, float]:
        """x of the inner chest wall, the patient's right and left, where it is widest."""
        axis = self.midline[0] + WIDEST * (self.midline[1] - self.midline[0])
        return axis - self.half_right, axis + self.half_left

    def scaled(self, factor: float) -> "ThoraxFrame":
        """The same lines in a picture `factor` times as large."""
        above, below = self.midline
        return ThoraxFrame(
            midline=(above * factor, below * factor),
            half_right=self.half_right * factor,
            half_left=self.half_left * factor,
            apex=self.apex * factor,
            right_dome=self.right_dome * factor,
            left_dome=self.left_dome * factor,
            likeness=self.likeness,
        )

    def coordinates(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Thorax coordinates of points: u is -1 at the patient's right edge, 0 on the midline, 1 at the left edge; v is 0 at the
        apices and 1 at the dome of the point's side, between the domes in proportion to u."""
        mean = 0.5 * (self.right_dome + self.left_dome)
        slope = self.midline[1] - self.midline[0]
        down = (y - self.apex) / (mean - self.apex)
        for _ in range(3):  # v leans on u by the difference of the domes alone: it settles at once
            across = x - (self.midline[0] + slope * down)
            u = np.where(across < 0, across / self.half_right, across / self.half_left)
            own = mean + 0.5 * np.clip(u, -1, 1) * (self.left_dome - self.right_dome)
            down = (y - self.apex) / (own - self.apex)
        return u, down

    def places(self, u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """x, y of thorax coordinates: what `coordinates` undoes."""
        mean = 0.5 * (self.right_dome + self.left_dome)
        own = mean + 0.5 * np.clip(u, -1, 1) * (self.left_dome - self.right_dome)
        axis = self.midline[0] + (self.midline[1] - self.midline[0]) * v
        return axis + np.where(u < 0, u * self.half_right, u * self.half_left), self.apex + v * (own - self.apex)


@dataclass(frozen=True)
class NoThorax:
    """Why nothing is proposed. code: too_small, blank or no_thorax; text: one sentence for a person."""

    code: str
    text: str
