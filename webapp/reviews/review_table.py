"""Reviews as a flat table, for CSV and JSON exports. Carries codes and hashes; no name, date or number of a patient."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

from webapp.csv_text import FORMULA_STARTS
from webapp.reviews.models import CaseReview

NOTICE = "research use only - not for diagnosis"
COLUMNS = (
    "review", "case", "image", "image_sha256", "bundle", "bundle_name", "bundle_version", "finding", "verdict", "kind", "outcome",
    "site", "laterality", "cause", "severity", "confidence", "box_x", "box_y", "box_w", "box_h", "rows", "columns",
    "model_decision", "model_probability", "model_threshold", "note", "reader", "created_at", "replaces", "is_current",
    "scheme_version", "term", "terms_version", "proposed_site", "proposed_laterality", "model_point_version", "notice",
)  # fmt: skip


def table_row(review: CaseReview) -> dict[str, Any]:
    """One review under the names of COLUMNS. Box in source pixels."""
    box = review.box or {}
    return {
        "review": str(review.pk),
        "case": review.image.code,
        "image": str(review.image_id),
        "image_sha256": review.image_sha256,
        "bundle": review.bundle_id,
        "bundle_name": review.prediction.bundle_name,
        "bundle_version": review.prediction.bundle_version,
        "finding": review.finding,
        "verdict": review.verdict,
        "kind": review.kind.value,
        "outcome": review.outcome,
        "site": review.site,
        "laterality": review.laterality,
        "cause": review.cause,
        "severity": review.severity,
        "confidence": review.confidence,
        **{f"box_{side}": box.get(side) for side in "xywh"},
        "rows": review.image.rows,
        "columns": review.image.columns,
        "model_decision": review.model_decision,
        "model_probability": review.model_probability,
        "model_threshold": review.model_threshold,
        "note": review.note,
        "reader": review.reader.get_username(),
        "created_at": review.created_at.isoformat(),
        "replaces": str(review.replaces_id) if review.replaces_id else None,
        "is_current": not hasattr(review, "replaced_by"),
        "scheme_version": review.scheme_version,
        "term": review.term,
        "terms_version": review.terms_version,
        "proposed_site": review.proposed_site,
        "proposed_laterality": review.proposed_laterality,
        "model_point_version": review.model_point_version,
        "notice": NOTICE,
    }


def csv_lines(reviews: Iterable[CaseReview]) -> Iterator[str]:
    """The table as RFC 4180 lines with a header line first."""
    yield _line(list(COLUMNS))
    for review in reviews:
        row = table_row(review)
        yield _line([_cell(row[name]) for name in COLUMNS])


def _cell(value: object) -> str:
    """Text a spreadsheet would run as a formula gets a quote in front; numbers stay numbers, also negative ones."""
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return str(value)


def _line(cells: list[str]) -> str:
    buffer = StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()
