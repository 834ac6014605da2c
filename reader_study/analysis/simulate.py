"""Ratings of the Roe-Metz model. Roe and Metz, Acad Radiol 1997.

X = mu + C + TC + RC + E + R + TR: mu for abnormal cases only, reader terms drawn per truth state, R and TR per reader.
"""

from dataclasses import dataclass

import numpy as np

from reader_study.analysis.tables import RatingsTable


@dataclass(frozen=True)
class RoeMetz:
    """Variances of case, test x case, reader x case, error, reader and test x reader terms."""

    c: float
    tc: float
    rc: float
    e: float
    r: float
    tr: float


STRUCTURES = {"HL": RoeMetz(0.3, 0.3, 0.2, 0.2, 0.0055, 0.0055), "LL": RoeMetz(0.1, 0.1, 0.2, 0.6, 0.0055, 0.0055)}


def simulate(
    structure: RoeMetz,
    generator: np.random.Generator,
    *,
    mu: float = 1.5,
    effect: float = 0.0,
    tests: int = 2,
    readers: int = 5,
    n_normal: int = 50,
    n_abnormal: int = 50,
) -> RatingsTable:
    """One crossed study; `effect` is added to mu in the last test."""
    parts = [
        _ratings_of(structure, generator, mean, tests, readers, n) for mean, n in ((0.0, n_normal), (mu, n_abnormal))
    ]
    parts[1][-1] += effect
    names = [tuple(str(k + 1) for k in range(count)) for count in (tests, readers, n_normal + n_abnormal)]
    truth = np.arange(n_normal + n_abnormal) >= n_normal
    return RatingsTable(names[0], names[1], names[2], truth, np.concatenate(parts, axis=2), "")


def _ratings_of(s: RoeMetz, generator: np.random.Generator, mean: float, t: int, r: int, n: int) -> np.ndarray:
    def term(variance: float, *shape: int) -> np.ndarray:
        return generator.normal(0.0, np.sqrt(variance), shape)

    return (
        mean
        + term(s.c, 1, 1, n)
        + term(s.tc, t, 1, n)
        + term(s.rc, 1, r, n)
        + term(s.e, t, r, n)
        + term(s.r, 1, r, 1)
        + term(s.tr, t, r, 1)
    )
