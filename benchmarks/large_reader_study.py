"""How long and how large is the analysis of a large reader study?

50 readers x 5,000 cases x 2 tests, each method in a process of its own with one thread: aim under 60 s and 1 GB. Partial areas
of 20 readers x 500 cases x 2 tests: aim under 5 s. Marks of 10 readers in 2 tests on 20,000 cases, 10^6 ratings: no aim. Seconds
are of the analysis alone, memory is the most that the process held. No ratio to R is measured.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.machine import describe_machine, write_result
from reader_study.analysis.froc import MarksTable
from reader_study.analysis.simulate import STRUCTURES, simulate
from reader_study.analysis.studies import analyse_marks, analyse_ratings
from reader_study.analysis.tables import RatingsTable

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
METHODS: dict[str, dict[str, str]] = {
    "or jackknife": {},
    "or delong": {"estimator": "delong"},
    "or unbiased": {"estimator": "unbiased"},
    "dbm": {"method": "dbm"},
    "one-shot": {"method": "ustat"},
    "or pauc:0,0.2": {"fom": "pauc:0,0.2"},
    "or sens:1": {"fom": "sens:1"},
}


def _study(readers: int, cases: int) -> RatingsTable:
    half = cases // 2
    return simulate(STRUCTURES["HL"], np.random.default_rng(1), readers=readers, n_normal=half, n_abnormal=cases - half)


def _marks() -> MarksTable:
    """10 readers x 2 tests x 20,000 cases: about a million marks, at most two that count per case."""
    generator = np.random.default_rng(2)
    shape = (2, 10, 20_000)
    lesions = generator.normal(1.5, 1, (*shape[:2], 10_000, 3))
    return MarksTable(
        ("1", "2"),
        tuple(map(str, range(10))),
        10_000,
        generator.normal(0, 1, shape),
        lesions,
        np.full((10_000, 3), 1 / 3),
    )


def _task(name: str) -> Callable[[], object]:
    if name == "marks":
        marks = _marks()
        return lambda: analyse_marks(marks)
    if name == "small pauc":
        small = _study(20, 500)
        return lambda: analyse_ratings(small, fom="pauc:0,0.2")
    table = _study(50, 5000)
    return lambda: analyse_ratings(table, **METHODS[name])  # type: ignore[arg-type]


def measure(name: str) -> dict[str, float]:
    """Seconds and the most memory of one analysis in this process."""
    task = _task(name)
    start = time.perf_counter()
    task()
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "most_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main() -> None:
    """Print and keep every measurement, each of a process of its own."""
    result: dict[str, Any] = {"machine": {**describe_machine(), "omp_num_threads": "1"}}
    for name in (*METHODS, "small pauc", "marks"):
        command = [sys.executable, "-m", "benchmarks.large_reader_study", name]
        done = subprocess.run(command, env={**os.environ, **ONE_THREAD}, capture_output=True, text=True, check=True)
        result[name] = json.loads(done.stdout)
        print(f"{name}: {result[name]['seconds']:.2f} s, {result[name]['most_mib']:.0f} MiB")
    write_result("large_reader_study", result)


if __name__ == "__main__":
    if sys.argv[1:]:
        print(json.dumps(measure(" ".join(sys.argv[1:]))))
    else:
        main()
