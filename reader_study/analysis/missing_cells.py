"""What is said of cells that were not read, and tests and readers that take no part because of it."""

from dataclasses import replace

import numpy as np

from reader_study.analysis.design import PAIRWISE, SPLIT_PLOT, Design
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.tables import RatingsTable


def without_empty(table: RatingsTable) -> tuple[RatingsTable, list[str]]:
    """The table without tests that nobody read, then without readers who read nothing in one of the rest; and words for each.

    Raises DataRefused where nothing is left.
    """
    read = ~np.isnan(table.ratings).all(axis=2)  # [t, r]
    tests = np.flatnonzero(read.any(axis=1))
    readers = np.flatnonzero(read[tests].all(axis=0))
    words = [f"test '{name}' was read by nobody and is left out" for name in _others(table.tests, tests)]
    for reader in np.flatnonzero(~read[tests].all(axis=0)):
        lacking = [table.tests[test] for test in tests if not read[test, reader]]
        words.append(f"reader '{table.readers[reader]}' read nothing in test '{lacking[0]}' and is left out")
    if not len(readers):
        raise DataRefused("no reader read a case in every test: " + "; ".join(words))
    if not words:
        return table, []
    kept = replace(
        table,
        tests=tuple(table.tests[k] for k in tests),
        readers=tuple(table.readers[k] for k in readers),
        ratings=table.ratings[np.ix_(tests, readers)],
    )
    return kept, words


def _others(names: tuple[str, ...], kept: np.ndarray) -> list[str]:
    return [name for k, name in enumerate(names) if k not in set(kept.tolist())]


def missing_words(table: RatingsTable, design: Design) -> list[str]:
    """How missing ratings and reader groups were treated."""
    missing = int(np.isnan(table.ratings).sum())
    if design.type == PAIRWISE and missing:
        return [
            f"{missing} of {table.ratings.size} ratings are missing: covariances are over the cases that two cells share"
        ]
    if design.type == SPLIT_PLOT and design.groups:
        count = len(set(design.groups))
        return [
            f"{count} groups of readers share no case: readers are compared within groups, df count readers less groups"
        ]
    return []
