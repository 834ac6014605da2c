"""Draw the ratings of this folder: `python generate.py` writes data/*.csv.

Everything is invented: normal deviates per case, reader and reading, cut into scales. The files are committed, since a
generator's stream may change with NumPy; these come from 2.4.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parent / "data"
CUTS = (0.2, 0.8, 1.4, 2.1)  # ratings 1 to 5


def write(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with (DATA / name).open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def latent(
    random: np.random.Generator, tests: int, readers: int, truth: np.ndarray, shift: float, case_sd: float = 0.7
) -> np.ndarray:
    """Normal deviates [tests, readers, cases]; abnormal cases lie `shift` higher, each later test .4 more."""
    means = truth * (shift + 0.4 * np.arange(tests)[:, None, None])
    case = random.normal(0, case_sd, len(truth))
    reader = random.normal(0, 0.3, (1, readers, 1)) * truth
    return means + case + reader + random.normal(0, 0.8, (tests, readers, len(truth)))


def rating_rows(ratings: np.ndarray, truth: np.ndarray) -> list[tuple[object, ...]]:
    """Rows reader, test, case, truth, rating; NaN is an empty rating."""
    return [
        (f"r{r + 1}", f"t{t + 1}", f"c{k + 1}", int(truth[k]), "" if np.isnan(x) else f"{x:g}")
        for (t, r, k), x in np.ndenumerate(ratings)
    ]


def truth_of(normal: int, abnormal: int) -> np.ndarray:
    return np.arange(normal + abnormal) >= normal


def ratings_files() -> None:
    header = ("reader", "test", "case", "truth", "rating")
    random = np.random.default_rng(20261)
    truth = truth_of(19, 11)
    crossed = np.digitize(latent(random, 2, 4, truth, 1.0), CUTS) + 1.0
    crossed[1, 3] = np.where(truth, np.maximum(crossed[1, 3], 4), np.minimum(crossed[1, 3], 3))  # perfect separation
    write("crossed.csv", header, rating_rows(crossed, truth))
    scores = np.round(random.normal(truth * 1.2, 1.0), 1)
    write("model.csv", ("case", "score"), [(f"c{k + 1}", f"{x:g}") for k, x in enumerate(scores)])

    truth = truth_of(34, 6)
    three = np.round(50 + 15 * latent(random, 3, 3, truth, 0.7))
    write("three_tests.csv", header, rating_rows(three, truth))
    write("gaps.csv", header, rating_rows(np.where(random.random(three.shape) < 0.2, np.nan, three), truth))

    # Readings of another reader go together more in the other test than in the same: Cov2 < Cov3.
    random = np.random.default_rng(7)
    truth = truth_of(12, 10)
    swing = random.normal(0, 1.0, len(truth)) * np.array([[[1], [-1], [1]], [[-1], [1], [-1]]])
    write(
        "negative.csv", header, rating_rows(np.round(3 + truth + swing + random.normal(0, 0.6, swing.shape), 1), truth)
    )

    random = np.random.default_rng(20262)
    truth = np.tile(truth_of(8, 6), 3)
    whole = np.digitize(latent(random, 3, 3, truth, 1.0), CUTS) + 1.0
    owner = np.repeat(np.arange(3), 14)
    of_reader = np.where(owner == np.arange(3)[None, :, None], whole[:2], np.nan)
    write("nested_readers.csv", header, rating_rows(of_reader, truth))
    of_test = np.where(owner[:28] == np.arange(2)[:, None, None], whole[:2, :, :28], np.nan)
    write("nested_tests.csv", header, rating_rows(of_test, truth[:28]))


if __name__ == "__main__":
    DATA.mkdir(exist_ok=True)
    ratings_files()
