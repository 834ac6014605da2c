"""RATINGS.csv of one finding: exactly what the stored results of that finding were computed from.

Cases of truth 0 or 1 only (indeterminate ones leave the primary figures), first replicates only. A reading of an inadequate
image has an empty rating, or the lowest rating of the scale in the sensitivity analysis.
"""

from collections.abc import Sequence
from typing import NamedTuple

from reader_study.models import Study
from reader_study.protocol_model import ArmKind
from reader_study.results.exports.scored_rows import AI_READER, ScoredRow, ai_scores
from webapp.csv_text import csv_text

COLUMNS = ("reader", "test", "case", "truth", "rating")


def ratings_csv(
    rows: Sequence[ScoredRow], finding: str, tests: Sequence[str], *, lowest_if_inadequate: bool = False
) -> str:
    """The file as text. tests: names of the tests to keep."""
    return csv_text(COLUMNS, rating_cells(rows, finding, tests, lowest_if_inadequate=lowest_if_inadequate))


def rating_cells(
    rows: Sequence[ScoredRow], finding: str, tests: Sequence[str], *, lowest_if_inadequate: bool = False
) -> list[tuple[str, str, str, str, float | None]]:
    """(reader, test, case, truth, rating) of every row that counts, sorted."""
    found = []
    for row in rows:
        if row.finding != finding or row.truth not in ("0", "1") or row.test not in tests or row.assignment.replicate:
            continue
        rating = row.rating.rating
        if rating is None and lowest_if_inadequate:
            rating = float(row.rating.finding.range[0])
        found.append((row.assignment.reader.code, row.test, row.assignment.case.code, row.truth, rating))
    return sorted(found, key=lambda cells: cells[:3])


class WithAi(NamedTuple):
    """text: the file of the cases that the model answered; of `cases` cases it abstained on `abstained`."""

    text: str
    abstained: int
    cases: int


def with_ai_csv(study: Study, rows: Sequence[ScoredRow], finding: str, tests: Sequence[str]) -> WithAi | None:
    """The same file with the model alone as reader `AI`, without the cases on which it abstained; None without an ai_alone arm
    or without a rating."""
    arm = study.arms.filter(kind=ArmKind.AI_ALONE).first()
    people = [row for row in rating_cells(rows, finding, tests) if row[4] is not None]
    if arm is None or not people:
        return None
    scores = ai_scores(study, arm, finding)
    truths = {case: truth for _, _, case, truth, _ in people}
    answered = [row for row in people if row[2] in scores]
    model = [
        (AI_READER, tests[0], case, truth, scores[case]) for case, truth in sorted(truths.items()) if case in scores
    ]
    text = csv_text(COLUMNS, [*answered, *model])
    return WithAi(text, sum(case not in scores for case in truths), len(truths))
