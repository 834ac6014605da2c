"""Are the reader-study tests honest, and fast enough?

Null simulation of the Roe-Metz model (mu 1.5, 5 readers, 50 + 50 cases, 2,000 seeded draws): the share of RRRC tests that
reject at .05 should lie in .04-.06, and the 95 % intervals should cover the true difference 0 in 93-97 % of the draws.
Speed: one analysis of 20 readers x 500 cases x 2 tests on one core, aim under 5 s.
"""

import time

import numpy as np

from benchmarks.machine import describe_machine, write_result
from reader_study.analysis import covariance
from reader_study.analysis import obuchowski_rockette as obuchowski
from reader_study.analysis.figures_of_merit import figure_of_merit
from reader_study.analysis.simulate import STRUCTURES, simulate
from reader_study.analysis.studies import analyse_ratings

DRAWS = 2000


def null_simulation(structure: str, draws: int = DRAWS, seed: int = 0) -> dict[str, float]:
    """Rejection rate at .05 and coverage of the 95 % interval under no difference, with their standard errors."""
    generator = np.random.default_rng(seed)
    fom = figure_of_merit("auc")
    rejected = covered = 0
    for _ in range(draws):
        cells = covariance.estimate(simulate(STRUCTURES[structure], generator), fom)
        analysis = obuchowski.analyse(cells).rrrc
        rejected += analysis is not None and analysis.p is not None and analysis.p < 0.05
        interval = analysis.differences[0].ci if analysis else None
        covered += interval is not None and interval[0] <= 0 <= interval[1]
    rate = rejected / draws
    return {
        "rejection_rate": rate,
        "coverage": covered / draws,
        "standard_error": float(np.sqrt(rate * (1 - rate) / draws)),
    }


def large_study_seconds(repeats: int = 3) -> dict[str, float]:
    """Median seconds of one analysis of 2 tests x 20 readers x 500 cases, per covariance estimator."""
    table = simulate(STRUCTURES["HL"], np.random.default_rng(1), readers=20, n_normal=250, n_abnormal=250)
    seconds = {}
    for estimator in covariance.ESTIMATORS:
        runs = []
        for _ in range(repeats):
            start = time.perf_counter()
            analyse_ratings(table, estimator=estimator)
            runs.append(time.perf_counter() - start)
        seconds[estimator] = float(np.median(runs))
    return seconds


def main() -> None:
    """Print and keep both measurements."""
    result = {
        "machine": describe_machine(),
        "null": {name: null_simulation(name) for name in STRUCTURES},
        "draws": DRAWS,
        "seconds_2x20x500": large_study_seconds(),
    }
    for name, entry in result["null"].items():
        print(
            f"Roe-Metz {name}: RRRC rejects {entry['rejection_rate']:.4f} (se {entry['standard_error']:.4f}) at .05, "
            f"95 % intervals cover {entry['coverage']:.4f}; {DRAWS} draws"
        )
    for name, seconds in result["seconds_2x20x500"].items():
        print(f"2 tests x 20 readers x 500 cases, {name}: {seconds:.2f} s")
    write_result("reader_study_statistics", result)


if __name__ == "__main__":
    main()
