"""Which readers read which cases in which tests."""

from dataclasses import dataclass

import numpy as np

from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.tables import RatingsTable

FACTORIAL = "factorial"
NESTED_READERS = "nested-readers"
NESTED_TESTS = "nested-tests"
DESIGNS = ("auto", FACTORIAL, NESTED_READERS, NESTED_TESTS)


@dataclass(frozen=True)
class Design:
    """type: factorial (every reader reads every case in every test), nested-readers (each case has one reader, who reads
    it in every test; Cov2 = Cov3 = 0) or nested-tests (each case belongs to one test; Cov1 = Cov3 = 0)."""

    type: str


def find_design(table: RatingsTable, asked: str = "auto") -> Design:
    """The design of the table; raises DataRefused naming the first missing cell where it is none of the three."""
    if asked not in DESIGNS:
        raise DataRefused(f"design '{asked}' is not one of {', '.join(DESIGNS)}")
    read = ~np.isnan(table.ratings)
    fits = {FACTORIAL: bool(read.all()), NESTED_READERS: _nested(read, 1), NESTED_TESTS: _nested(read, 0)}
    if asked != "auto":
        if not fits[asked]:
            raise DataRefused(f"the ratings are not {asked}: {_first_gap(table, read)}")
        return Design(asked)
    for name in (FACTORIAL, NESTED_READERS, NESTED_TESTS):
        if fits[name]:
            return Design(name)
    raise DataRefused(f"{_first_gap(table, read)}; missing cells need the method ustat")


def _nested(read: np.ndarray, axis: int) -> bool:
    """Whether each case belongs to exactly one entry of `axis` (0 tests, 1 readers) and is complete along the other."""
    if read.shape[axis] < 2:
        return False
    any_other = read.any(axis=1 - axis)  # [entries of axis, n]
    all_other = read.all(axis=1 - axis)
    return bool((any_other.sum(axis=0) == 1).all() and (any_other == all_other).all())


def _first_gap(table: RatingsTable, read: np.ndarray) -> str:
    test, reader, case = np.argwhere(~read)[0] if not read.all() else (0, 0, 0)
    return (
        f"no rating of reader '{table.readers[reader]}' in test '{table.tests[test]}' for case '{table.cases[case]}'"
        if not read.all()
        else "every reader read every case in every test"
    )
