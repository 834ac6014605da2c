"""What is said of cells that were not read, and tests and readers that take no part because of it."""

from dataclasses import replace

import numpy as np

from reader_study.analysis.design import PAIRWISE, SPLIT_PLOT, Design
from reader_study.analysis.froc import MarksTable
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.tables import RatingsTable


def without_empty(table: RatingsTable) -> tuple[RatingsTable, list[str]]:
    """The table without tests that nobody read, then without readers who read nothing in one of the rest; and words for each.

    Raises DataRefused where nothing is left.
    """
    tests, readers, words = _kept(table.tests, table.readers, ~np.isnan(table.ratings))
    if not words:
        return table, []
    names = tuple(table.tests[k] for k in tests), tuple(table.readers[k] for k in readers)
    return replace(table, tests=names[0], readers=names[1], ratings=table.ratings[np.ix_(tests, readers)]), words


def marks_without_empty(table: MarksTable) -> tuple[MarksTable, list[str]]:
    """The same of a table of marks."""
    tests, readers, words = _kept(table.tests, table.readers, table.read)
    if not words:
        return table, []
    kept = np.ix_(tests, readers)
    names = tuple(table.tests[k] for k in tests), tuple(table.readers[k] for k in readers)
    lesions, nl = table.lesions[kept], table.highest_nl[kept]
    return replace(table, tests=names[0], readers=names[1], lesions=lesions, highest_nl=nl), words


def _kept(
    tests: tuple[str, ...], readers: tuple[str, ...], read: np.ndarray
) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Tests and readers that stay, and words for the others. read: bool [t, r, n]."""
    any_case = read.sum(axis=2) > 0  # [t, r]
    some = np.flatnonzero(any_case.any(axis=1))
    whole = np.flatnonzero(any_case[some].all(axis=0))
    words = [f"test '{name}' was read by nobody and is left out" for name in _others(tests, some)]
    for reader in np.flatnonzero(~any_case[some].all(axis=0)):
        lacking = [tests[test] for test in some if not any_case[test, reader]]
        words.append(f"reader '{readers[reader]}' read nothing in test '{lacking[0]}' and is left out")
    if not len(whole):
        raise DataRefused("no reader read a case in every test: " + "; ".join(words))
    return some, whole, words


def _others(names: tuple[str, ...], kept: np.ndarray) -> list[str]:
    return [name for k, name in enumerate(names) if k not in set(kept.tolist())]


def missing_words(read: np.ndarray, design: Design) -> list[str]:
    """How missing ratings and reader groups were treated. read: bool [t, r, n]."""
    missing = int((~read).sum())
    if design.type == PAIRWISE and missing:
        return [f"{missing} of {read.size} ratings are missing: covariances are over the cases that two cells share"]
    if design.type == SPLIT_PLOT and design.groups:
        count = len(set(design.groups))
        return [
            f"{count} groups of readers share no case: readers are compared within groups, df count readers less groups"
        ]
    return []
