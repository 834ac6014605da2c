"""Which readers read which cases in which tests."""

from dataclasses import dataclass

import numpy as np

from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.tables import RatingsTable

FACTORIAL = "factorial"
NESTED_READERS = "nested-readers"
NESTED_TESTS = "nested-tests"
SPLIT_PLOT = "split-plot"
PAIRWISE = "pairwise"
DESIGNS = ("auto", FACTORIAL, NESTED_READERS, NESTED_TESTS, SPLIT_PLOT, PAIRWISE)


@dataclass(frozen=True)
class Design:
    """type: factorial (every reader reads every case in every test), nested-readers (each case has one reader, who reads
    it in every test; Cov2 = Cov3 = 0), nested-tests (each case belongs to one test; Cov1 = Cov3 = 0), split-plot (groups of
    readers without a common case, one of them of two or more), or pairwise (any other: covariances over common cases).

    groups: the group of each reader, where readers fall into several; None otherwise.
    """

    type: str
    groups: tuple[int, ...] | None = None


def find_design(table: RatingsTable, asked: str = "auto") -> Design:
    """The design of the table; raises DataRefused naming the first missing cell where it is not the one asked for."""
    if asked not in DESIGNS:
        raise DataRefused(f"design '{asked}' is not one of {', '.join(DESIGNS)}")
    fits, groups = _fits(~np.isnan(table.ratings))
    if asked != "auto" and not fits[asked]:
        raise DataRefused(f"the ratings are not {asked}: {first_gap(table)}")
    kind = asked if asked != "auto" else next(name for name in DESIGNS if fits.get(name))
    return Design(kind, groups if kind == SPLIT_PLOT else None)


def design_of(read: np.ndarray) -> Design:
    """The design by what was read, bool [t, r, n]."""
    fits, groups = _fits(read)
    kind = next(name for name in DESIGNS if fits.get(name))
    return Design(kind, groups if kind == SPLIT_PLOT else None)


def _fits(read: np.ndarray) -> tuple[dict[str, bool], tuple[int, ...]]:
    groups = reader_groups(read)
    fits = {
        FACTORIAL: bool(read.all()),
        NESTED_READERS: _nested(read, 1),
        NESTED_TESTS: _nested(read, 0),
        SPLIT_PLOT: 1 < len(set(groups)) < len(groups),
        PAIRWISE: True,
    }
    return fits, groups


def reader_groups(read: np.ndarray) -> tuple[int, ...]:
    """Group of each reader: those who share a case, also by way of others, are of one. read: bool [t, r, n]."""
    cases = read.any(axis=0)  # [r, n]
    shared = cases.astype(float) @ cases.T > 0
    groups = list(range(len(shared)))
    for reader, other in zip(*np.nonzero(shared), strict=True):
        one, two = groups[reader], groups[other]
        groups = [min(one, two) if group in (one, two) else group for group in groups]
    order = {group: k for k, group in enumerate(dict.fromkeys(groups))}
    return tuple(order[group] for group in groups)


def _nested(read: np.ndarray, axis: int) -> bool:
    """Whether each case belongs to exactly one entry of `axis` (0 tests, 1 readers) and is complete along the other."""
    if read.shape[axis] < 2:
        return False
    any_other = read.any(axis=1 - axis)  # [entries of axis, n]
    all_other = read.all(axis=1 - axis)
    return bool((any_other.sum(axis=0) == 1).all() and (any_other == all_other).all())


def first_gap(table: RatingsTable) -> str:
    """The first missing rating in words."""
    read = ~np.isnan(table.ratings)
    if read.all():
        return "every reader read every case in every test"
    test, reader, case = np.argwhere(~read)[0]
    return f"no rating of reader '{table.readers[reader]}' in test '{table.tests[test]}' for case '{table.cases[case]}'"
