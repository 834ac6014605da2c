"""A hash of how a picture looks, by which another file of one exposure is known: other processing, codec, size or sign of gray.

The picture is brought to 32 x 32 means of areas, these to their ranks, so that any rising curve of gray leaves them as they are;
of the discrete cosine transform of the ranks (type II) the signs of the 255 lowest coefficients but the mean are kept. Inverting
a picture turns every sign, so that two hashes are compared as they are and turned, and the smaller distance counts.
"""

from collections.abc import Sequence

import numpy as np

SIDE, KEPT = 32, 16
BITS = KEPT * KEPT - 1
SAMPLES = 320  # of a side, where it has more: every k-th row and column is enough for means of 32 areas
FEWEST_GRAYS = 128  # different means of areas; a picture of fewer has no look of its own
ALIKE = 48  # bits at most between two pictures that are taken for one: docs/studies.md says on what it was measured


def look_hash(values: np.ndarray) -> str:
    """64 hex digits for gray values [rows, columns]; empty where a side is below 32 or nearly all areas are of one gray."""
    if min(values.shape) < SIDE:
        return ""
    step = max(1, min(values.shape) // SAMPLES)
    means = _means(np.ascontiguousarray(values[::step, ::step]))
    _, inverse, counts = np.unique(means, return_inverse=True, return_counts=True)
    if len(counts) < FEWEST_GRAYS:
        return ""
    ranks = (np.cumsum(counts) - (counts + 1) / 2)[inverse.reshape(-1)].reshape(SIDE, SIDE)
    ranks -= ranks.mean()
    signs = (_COSINES @ ranks @ _COSINES.T > 0).reshape(-1)[1:]
    return np.packbits(np.append(signs, False)).tobytes().hex()


def look_distances(one: str, others: Sequence[str]) -> np.ndarray:
    """Bits by which `one` differs from each of the others, the sign of gray aside: 0 to 127. Hashes are not empty."""
    own = np.frombuffer(bytes.fromhex(one), np.uint8)
    rows = np.frombuffer(bytes.fromhex("".join(others)), np.uint8).reshape(len(others), len(own))
    differing = np.bitwise_count(rows ^ own).sum(axis=1).astype(int)
    return np.asarray(np.minimum(differing, BITS - differing))


def _means(values: np.ndarray) -> np.ndarray:
    rows, columns = (np.arange(SIDE) * side // SIDE for side in values.shape)
    sums = np.add.reduceat(np.add.reduceat(values, rows, axis=0, dtype=np.int64), columns, axis=1)
    heights, widths = (
        np.diff(np.append(starts, side)) for starts, side in zip((rows, columns), values.shape, strict=True)
    )
    return np.asarray(sums / (heights[:, None] * widths[None, :]))


def _cosines() -> np.ndarray:
    """The first KEPT rows of the DCT-II over SIDE samples."""
    frequency, place = np.arange(KEPT)[:, None], np.arange(SIDE)[None, :]
    return np.cos(np.pi * frequency * (2 * place + 1) / (2 * SIDE))


_COSINES = _cosines()
