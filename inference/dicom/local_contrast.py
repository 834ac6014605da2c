"""Contrast-limited adaptive histogram equalisation (CLAHE): the display frame `enhanced`.

Zuiderveld, Contrast limited adaptive histogram equalization, Graphics Gems IV (1994), 474-485. The picture is parted into
8 x 8 tiles. Of each tile the histogram of its levels is cut at CLIP times its mean count, what was cut is spread evenly over all
levels, and the sum from below is the tile's curve from black to white. A pixel goes through the curves of the four tiles
around it, each weighted by how near its middle is (bilinear; beyond the outer middles the nearest ones).

Choices: levels lie between the .1st and 99.9th percentile of the exposed field; padding is counted nowhere. What was cut is spread
once, so that a level may end above the limit by its share, as in OpenCV, whose whole numbers put the rest of that spreading on
the lowest levels; fractions need no such rest. A pixel's place is its middle, in OpenCV its upper left corner. On tiles of
256 x 256 pixels both are within 1.5 of 255 gray levels of each other. For the eye alone: no model and no measurement reads it.
"""

import numpy as np

from inference.level_table import look_up

TILES = 8  # a side; a picture of fewer pixels a side has as many tiles as pixels there
LEVELS = 1024
# What was cut is spread evenly over all levels and comes on top, so that a curve gets up to CLIP + 1 times as steep as a plain
# linear window.
CLIP = 2.0
TOP = 65_535


def equalised(
    samples: np.ndarray,
    padding: np.ndarray | None,
    lower: float,
    upper: float,
    levels: int = LEVELS,
    clip: float = CLIP,
) -> np.ndarray:
    """The picture, spread over 0..65535; uint16 of the same shape. samples: uint16 [rows, columns]; padding: bool or None,
    0 in the result; lower < upper: the samples at which the first level begins and the last one ends."""
    picture = look_up(_level_of_sample(lower, upper, levels), 0, samples)
    row_edges, column_edges = (_edges(side) for side in samples.shape)
    counts = _counts(picture, padding, row_edges, column_edges, levels)
    whole = counts.sum(axis=(0, 1))  # stands for tiles of padding alone
    curves = np.stack([np.stack([curve(tile if tile.any() else whole, clip) for tile in row]) for row in counts])
    result = _blended(picture, curves, row_edges, column_edges)
    if padding is not None:
        result[padding] = 0
    return result


def curve(counts: np.ndarray, clip: float) -> np.ndarray:
    """Level -> share of white in (0, 1], never falling, of how often each level occurs (not all zero); float32 [levels]."""
    limit = clip * counts.sum() / len(counts)
    excess = np.maximum(counts - limit, 0).sum()
    cut = np.minimum(counts, limit) + excess / len(counts)
    return np.asarray(np.cumsum(cut) / counts.sum(), np.float32)


def _level_of_sample(lower: float, upper: float, levels: int) -> np.ndarray:
    share = (np.arange(TOP + 1) - lower) / (upper - lower)
    return np.clip(share * levels, 0, levels - 1).astype(np.uint16)


def _edges(side: int) -> np.ndarray:
    """Where tiles begin and the last one ends, whole pixels; tiles differ by one pixel at most."""
    tiles = min(TILES, side)
    return np.arange(tiles + 1) * side // tiles


def _counts(
    picture: np.ndarray, padding: np.ndarray | None, row_edges: np.ndarray, column_edges: np.ndarray, levels: int
) -> np.ndarray:
    """How often each level occurs in each tile, padding left out; int64 [tile rows, tile columns, levels]."""
    counts = np.zeros((len(row_edges) - 1, len(column_edges) - 1, levels), np.int64)
    for i, j in np.ndindex(counts.shape[:2]):
        tile = np.s_[row_edges[i] : row_edges[i + 1], column_edges[j] : column_edges[j + 1]]
        counted = picture[tile].ravel() if padding is None else picture[tile][~padding[tile]]
        counts[i, j] = np.bincount(counted, minlength=levels)
    return counts


def _blended(picture: np.ndarray, curves: np.ndarray, row_edges: np.ndarray, column_edges: np.ndarray) -> np.ndarray:
    """Between the middles of four tiles at a time, so that no array of the picture's size but the result is made."""
    result = np.empty(picture.shape, np.uint16)
    for rows, above, below, down in _strips(row_edges):
        for columns, left, right, across in _strips(column_edges):
            piece = picture[rows, columns]
            upper = _between(curves[above, left][piece], curves[above, right][piece], across[None, :])
            lower = _between(curves[below, left][piece], curves[below, right][piece], across[None, :])
            result[rows, columns] = np.rint(_between(upper, lower, down[:, None]) * TOP)
    return result


def _between(first: np.ndarray, second: np.ndarray, share: np.ndarray) -> np.ndarray:
    return np.asarray(first + (second - first) * share)


def _strips(edges: np.ndarray) -> list[tuple[slice, int, int, np.ndarray]]:
    """Pixels between the middles of two neighbouring tiles, these two, and how far each pixel is from the first; at both ends
    the outer halves, whose two tiles are one."""
    middles = (edges[:-1] + edges[1:]) / 2
    last = len(middles) - 1
    starts = [0, *np.ceil(middles - 0.5).astype(int), edges[-1]]  # the first pixel whose middle is there or after it
    found = []
    for k in range(last + 2):
        first, second = max(k - 1, 0), min(k, last)
        places = np.arange(starts[k], starts[k + 1]) + 0.5
        width = middles[second] - middles[first]
        share = (places - middles[first]) / width if width else np.zeros(len(places))
        found.append((slice(starts[k], starts[k + 1]), first, second, share.astype(np.float32)))
    return found
