"""Every locked scored reading, one line per finding."""

from collections.abc import Sequence

from reader_study.results.exports.scored_rows import ScoredRow
from webapp.csv_text import csv_text

COLUMNS = (
    "reader", "test", "case", "finding", "stage", "replicate", "session", "position", "truth", "rating", "call", "action",
    "inadequate", "active_ms", "elapsed_ms", "ai_state", "switch", "deviation",
)  # fmt: skip


def long_csv(rows: Sequence[ScoredRow]) -> str:
    """The file as text."""
    return csv_text(COLUMNS, [_cells(row) for row in rows])


def _cells(row: ScoredRow) -> list[object]:
    reading, assignment = row.reading, row.assignment
    return [
        assignment.reader.code,
        row.test,
        assignment.case.code,
        row.finding,
        reading.stage,
        assignment.replicate,
        assignment.session.ordinal,
        assignment.position,
        row.truth,
        row.rating.rating,
        row.rating.call,
        row.rating.action,
        reading.inadequate,
        reading.active_ms,
        row.elapsed_ms,
        row.ai_state,
        row.switch,
        row.deviation,
    ]
