"""Rules for missing ratings. The planned method runs under one; the others stand beside it as sensitivity analyses."""

from dataclasses import replace

import numpy as np

from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.tables import RatingsTable

PAIRWISE, EXCLUDE, LOWEST, ONE_SHOT = "pairwise", "exclude", "lowest", "one-shot"
RULES = {
    PAIRWISE: "ratings that are there, covariances over the cases that two readings share",
    EXCLUDE: "a case with a missing rating is excluded everywhere",
    LOWEST: "a missing rating is the lowest of the scale",
    ONE_SHOT: "U statistics over the ratings that are there",
}


def under_rule(table: RatingsTable, rule: str, lowest: float) -> RatingsTable:
    """The table that the rule analyses. lowest: of the scale. Raises DataRefused for an unknown rule, or where no case is left."""
    if rule not in RULES:
        raise DataRefused(f"missing '{rule}' is not one of {', '.join(RULES)}")
    missing = np.isnan(table.ratings)
    if rule == LOWEST:
        return replace(table, ratings=np.where(missing, lowest, table.ratings))
    if rule != EXCLUDE:
        return table
    whole = ~missing.any(axis=(0, 1))
    if not whole.any():
        raise DataRefused("missing 'exclude' leaves no case: every case lacks a rating")
    cases = tuple(case for case, keep in zip(table.cases, whole, strict=True) if keep)
    return replace(table, cases=cases, truth=table.truth[whole], ratings=table.ratings[:, :, whole])
