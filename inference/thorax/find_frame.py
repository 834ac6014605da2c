"""Finds the thorax in the pixels: an appearance is laid over the picture at every place and size, and the best places are fitted.

Own method. Search: weighted normalised cross-correlation by FFT over 10 heights x 6 widths on a picture of 48 pixels. Fit:
Nelder-Mead over seven lines (midline above and below, both half widths, apices, both domes) on 96 pixels.
"""

from typing import Final, NamedTuple

import numpy as np
from scipy import fft, ndimage, optimize

from inference.thorax.appearance import Appearance, appearances
from inference.thorax.thorax_frame import NoThorax, ThoraxFrame

SEARCH_SIDE: Final = 48  # pixels of the longer side
FIT_SIDE: Final = 96
SMALLEST_SIDE: Final = 64
LEAST_LIKENESS: Final = 0.82
LEAST_IN_SIGHT: Final = 0.8  # share of the appearance's weight that lies in the picture

_HEIGHTS: Final = np.linspace(0.36, 0.9, 10)  # apices to domes, as shares of the longer side
_SHAPES: Final = (0.44, 0.52, 0.6, 0.7, 0.82, 0.95)  # half width by height
_AIR: Final = 0.08  # of the grays: as dark as this, and joined to the rim, is air or the collimator's shadow
_SIZE_WEIGHTS: Final = (0.03, 0.15)  # a small likeness is met by chance: what each start gives for size
_SIZE_WEIGHT: Final = 0.04  # the same between fitted frames
_OFF_CENTRE: Final = 0.15
# The appearances hold the left dome this much of the height lower than the mean, the right one higher.
_DOMES: Final = 0.03


class _Place(NamedTuple):
    """Midline x, apices y, half width and height in pixels of the picture that was searched."""

    x: float
    y: float
    half: float
    height: float


def find_thorax(gray: np.ndarray) -> ThoraxFrame | NoThorax:
    """The frame of a frontal radiograph, or why none is given.

    gray: [rows, columns], bright = dense, turned to L\\F, any scale.
    """
    if min(gray.shape) < SMALLEST_SIDE:
        rows, columns = gray.shape
        return NoThorax("too_small", f"The picture of {columns} x {rows} pixels is too small to find a thorax in.")
    low, high = np.percentile(gray[:: max(1, gray.shape[0] // 256), :: max(1, gray.shape[1] // 256)], (2, 98))
    if not high > low:
        return NoThorax("blank", "The picture is blank.")
    coarse, _ = reduced(gray, SEARCH_SIDE)
    fine, step = reduced(gray, FIT_SIDE)
    found, in_sight = _best_fit(coarse, fine)
    if found.likeness < LEAST_LIKENESS or in_sight < LEAST_IN_SIGHT:
        text = f"No whole frontal chest was found (likeness {found.likeness:.2f}, {in_sight:.0%} of it in the picture)."
        return NoThorax("no_thorax", text)
    return found.scaled(step)


def reduced(gray: np.ndarray, side: int) -> tuple[np.ndarray, float]:
    """(picture with `side` pixels on the longer side, pixels of `gray` in one of it), antialiased."""
    step = max(gray.shape) / side
    sizes = [max(1, round(count / step)) for count in gray.shape]
    blurred = ndimage.gaussian_filter(gray.astype(np.float32), max(step / 2.5, 0.01), mode="nearest")
    centres = [(np.arange(size) + 0.5) * step - 0.5 for size in sizes]
    return ndimage.map_coordinates(blurred, np.meshgrid(*centres, indexing="ij"), order=1, mode="nearest"), step


def ranked(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(rank of each pixel's gray among the body's, 0 to 1; 1.0 where there is body, else 0.0)."""
    low, high = np.percentile(picture, (1, 98))
    parts, _ = ndimage.label(picture <= low + _AIR * (high - low))
    rim = np.unique(np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]]))
    body = ~ndimage.binary_dilation(np.isin(parts, rim[rim > 0]))
    values = np.sort(picture[body])
    rank = np.searchsorted(values, picture) / max(values.size, 1)
    return np.where(body, rank, 0.5).astype(np.float32), body.astype(np.float32)


def _best_fit(coarse: np.ndarray, fine: np.ndarray) -> tuple[ThoraxFrame, float]:
    """The best frame in pixels of `fine`, and the share of it that lies in the picture."""
    scale = FIT_SIDE / SEARCH_SIDE
    rank, body = ranked(fine)
    fits = []
    for look in appearances():
        fitted = _Fit(look, rank, body)
        for place in _places(look, *ranked(coarse)):
            fits.append(fitted.from_place(_Place(*(value * scale for value in place))))
    _, frame, in_sight = max(fits, key=lambda fit: fit[0])
    return frame, in_sight


def _places(look: Appearance, rank: np.ndarray, body: np.ndarray) -> set[_Place]:
    """Where the appearance correlates best, for each way to weigh its size."""
    pad = SEARCH_SIDE // 2
    weights, picture = np.pad(body, pad), np.pad(rank, pad, mode="edge")
    size = [fft.next_fast_len(count, real=True) for count in picture.shape]
    planes = [fft.rfft2(plane, size) for plane in (weights, weights * picture, weights * picture**2)]
    best: dict[float, tuple[float, _Place]] = {}
    for height in _HEIGHTS * SEARCH_SIDE:
        for half in (shape * height for shape in _SHAPES):
            (top, left), score = _correlation(look, half, height, planes, size, picture.shape)
            if not score.size:
                continue
            x = np.arange(score.shape[1]) + left - pad
            score = score - _OFF_CENTRE * (2 * x / rank.shape[1] - 1)[None, :] ** 2
            row, column = np.unravel_index(np.argmax(score), score.shape)
            place = _Place(float(column + left - pad), float(row + top - pad), float(half), float(height))
            for weight in _SIZE_WEIGHTS:
                good = float(score[row, column]) + weight * np.log(half * height / SEARCH_SIDE**2)
                if weight not in best or good > best[weight][0]:
                    best[weight] = (good, place)
    return {place for _, place in best.values()}


def _correlation(
    look: Appearance, half: float, height: float, planes: list[np.ndarray], size: list[int], room: tuple[int, ...]
) -> tuple[tuple[float, float], np.ndarray]:
    """((row, column) of the thorax's origin in the laid appearance, likeness at each place of its corner)."""
    x = np.arange(np.floor(look.ends_u[0] * half), np.ceil(look.ends_u[1] * half))
    y = np.arange(np.floor(look.ends_v[0] * height), np.ceil(look.ends_v[1] * height))
    origin = (-float(y[0]), -float(x[0]))
    if y.size > room[0] or x.size > room[1]:
        return origin, np.empty((0, 0))
    bright, weight = look.at(*np.meshgrid((x + 0.5) / half, (y + 0.5) / height))
    kernels = [np.conj(fft.rfft2(plane, size)) for plane in (weight, weight * bright, weight * bright**2)]
    pairs = ((0, 0), (1, 0), (2, 0), (1, 1), (0, 1), (0, 2))
    n, i, ii, it, t, tt = (fft.irfft2(planes[one] * kernels[other], size) for one, other in pairs)
    n = np.maximum(n, 1e-3)
    score = (it - i * t / n) / np.sqrt(np.maximum((ii - i * i / n) * (tt - t * t / n), 1e-6))
    score[n < 0.6 * weight.sum()] = -1
    return origin, score[: room[0] - y.size + 1, : room[1] - x.size + 1]


class _Fit:
    """One appearance over one picture, as a function of seven lines."""

    def __init__(self, look: Appearance, rank: np.ndarray, body: np.ndarray) -> None:
        u, v = np.meshgrid(np.linspace(*look.ends_u, 25), np.linspace(*look.ends_v, 30))
        bright, weight = look.at(u, v)
        used = weight > 0
        self.u, self.v, self.bright, self.weight = (plane[used] for plane in (u, v, bright, weight))
        self.rank, self.body = rank, body

    def from_place(self, place: _Place) -> tuple[float, ThoraxFrame, float]:
        """(how good with its size counted, the frame, the share in sight)."""
        x, y, half, height = place
        start = np.array([x, x, half, half, y, y + height, y + height])
        steps = np.diag([0.06 * half] * 2 + [0.1 * half] * 2 + [0.08 * height] * 3)
        options = {"initial_simplex": np.vstack([start, start + steps]), "maxfev": 300, "xatol": 0.1, "fatol": 1e-4}
        found = optimize.minimize(
            lambda lines: -self._worth(lines, height), start, method="Nelder-Mead", options=options
        )
        above, below, right, left, apex, right_dome, left_dome = (float(value) for value in found.x)
        likeness, in_sight = self._likeness(found.x)
        drop = _DOMES * (0.5 * (right_dome + left_dome) - apex)
        lines = (right, left, apex, right_dome - drop, left_dome + drop)
        area = max((right + left) * (right_dome + left_dome - 2 * apex) / 4 / FIT_SIDE**2, 1e-6)
        return float(-found.fun + _SIZE_WEIGHT * np.log(area)), ThoraxFrame((above, below), *lines, likeness), in_sight

    def _likeness(self, lines: np.ndarray) -> tuple[float, float]:
        above, below, right, left, apex, right_dome, left_dome = lines
        dome = 0.5 * (right_dome + left_dome) + 0.5 * np.clip(self.u, -1, 1) * (left_dome - right_dome)
        x = above + (below - above) * self.v + np.where(self.u < 0, self.u * right, self.u * left)
        places = [apex + self.v * (dome - apex) - 0.5, x - 0.5]
        values = ndimage.map_coordinates(self.rank, places, order=1, mode="nearest")
        weight = self.weight * ndimage.map_coordinates(self.body, places, order=1, mode="constant")
        total = weight.sum() + 1e-6
        one, other = values - (weight * values).sum() / total, self.bright - (weight * self.bright).sum() / total
        spread = (weight * one**2).sum() * (weight * other**2).sum()
        return float((weight * one * other).sum() / np.sqrt(max(spread, 1e-9))), float(total / self.weight.sum())

    def _worth(self, lines: np.ndarray, height: float) -> float:
        """Likeness less what an unlikely chest costs: halves or domes that differ, a midline that leans, little in sight."""
        above, below, right, left, _, right_dome, left_dome = lines
        if min(right, left) <= 1 or min(right_dome, left_dome) - lines[4] <= 2:
            return -1.0
        likeness, in_sight = self._likeness(lines)
        uneven = 1.5 * np.log(right / left) ** 2 + 2.0 * max(0.0, abs(left_dome - right_dome) / height - 0.12) ** 2
        leaning = 2.0 * max(0.0, abs(below - above) / height - 0.06) ** 2
        return float(likeness - uneven - leaning - 0.3 * max(0.0, 0.75 - in_sight))
