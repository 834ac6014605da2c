"""What the hash of a protocol, a reading or a truth is taken over: plain JSON, rebuilt from the rows."""

from datetime import UTC, datetime
from typing import Any

from reader_study.models import FailureMode, FindingRating, Mark, Protocol, Reading, Truth, TruthRegion
from webapp.reviews.failure_scheme import SCHEME_VERSION


def content_of(row: Protocol | Reading | Truth) -> Any:
    """The content of the row; sha256_of(content_of(row)) is its hash."""
    if isinstance(row, Protocol):
        return row.body
    if isinstance(row, Truth):
        return truth_content(row, list(row.regions.all()))
    return reading_content(
        row, list(row.ratings.all()), list(row.marks.all()), list(row.failure_modes.filter(is_adjudication=False))
    )


def reading_content(
    reading: Reading, ratings: list[FindingRating], marks: list[Mark], codings: list[FailureMode]
) -> dict[str, Any]:
    """Everything that a reader has said in one stage, with the server's times."""
    return {
        "reading": str(reading.pk),
        "assignment": str(reading.assignment_id),
        "stage": reading.stage,
        "answers": reading.answers,
        "comment": reading.comment,
        "inadequate": reading.inadequate,
        "opened_at": _time(reading.opened_at),
        "first_input_at": _time(reading.first_input_at),
        "locked_at": _time(reading.locked_at),
        "active_ms": reading.active_ms,
        "first_mark_ms": reading.first_mark_ms,
        "ratings": sorted(
            [
                {"finding": str(one.finding_id), "rating": one.rating, "call": one.call, "action": one.action}
                for one in ratings
            ],
            key=lambda one: one["finding"],  # type: ignore[arg-type, return-value]
        ),
        "marks": [
            {
                "finding": str(one.finding_id),
                "shape": one.shape,
                "box": [one.x, one.y, one.w, one.h],
                "rating": one.rating,
                "first_drawn_ms": one.first_drawn_ms,
            }
            for one in sorted(marks, key=lambda one: one.order)
        ],
        "codings": sorted([coding_content(one) for one in codings], key=lambda one: str(one["item"])),
    }


def coding_content(row: FailureMode) -> dict[str, Any]:
    """The codes of one failure."""
    return {
        "item": str(row.item_id) if row.item_id else None,
        "outcome": row.outcome,
        "site": row.site,
        "laterality": row.laterality,
        "cause": row.cause,
        "severity": row.severity,
        "region": row.region,
        "confidence": row.confidence,
        "note": row.note,
        # Left out in version 1: hashes of readings that were locked before there was another one still hold.
        **({} if row.scheme_version == SCHEME_VERSION else {"scheme_version": row.scheme_version}),
    }


def truth_content(truth: Truth, regions: list[TruthRegion]) -> dict[str, Any]:
    """Status and regions of a truth."""
    return {
        "truth": str(truth.pk),
        "case": str(truth.case_id),
        "finding": truth.finding,
        "version": truth.version,
        "status": truth.status,
        "source": truth.source,
        "strength": truth.strength,
        "rule": truth.rule,
        "regions": [
            {"box": [one.x, one.y, one.w, one.h], "polygon": one.polygon, "weight": one.weight}
            for one in sorted(regions, key=lambda one: one.order)
        ],
    }


def _time(value: datetime | None) -> str | None:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if value else None
