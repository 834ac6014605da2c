"""Everything of a study in one document: codes and days since opening, no person, no image id, no date.

Its JSON Schema is study.schema.json beside this file, published as an export of its own.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reader_study.documents.assignment_document import body_of
from reader_study.models import AiOutput, FailureItem, FailureMode, Reading, Study
from reader_study.services.edit_protocol import current_protocol
from reader_study.services.freeze_truth import newest_truths
from reader_study.services.lock_reading import elapsed_ms
from reader_study.visible import of_study
from webapp.csv_text import cell
from webapp.display_check.models import DisplayCheck

SCHEMA = "sightline-study-1"
SCHEMA_FILE = Path(__file__).parent / "study.schema.json"
NOTICE = "research use only"


def study_json(study: Study) -> dict[str, Any]:
    """Training rows are flagged; hashes are included."""
    protocol = current_protocol(study)
    return {
        "schema": SCHEMA,
        "notice": NOTICE,
        "study": study.slug,
        "kind": study.kind,
        "protocol_sha256": protocol.sha256,
        "lock_sha256": lock_sha256(study),
        "allocation_sha256": study.allocation_sha256,
        "protocol": protocol.body,
        "readers": [
            {
                "code": row.code,
                "years": row.years,
                "subspecialty": row.subspecialty,
                "group": row.group,
                "state": row.state,
            }
            for row in study.readers.order_by("code")
        ],
        "cases": [
            {
                "code": row.code,
                "role": row.role,
                "stratum": row.stratum,
                "group": row.group,
                "void_reason": row.void_reason,
            }
            for row in study.cases.order_by("code")
        ],
        "truth": [
            {
                "case": case,
                "finding": finding,
                "status": row.status,
                "source": row.source,
                "strength": row.strength,
                "version": row.version,
                "rule": row.rule,
                "regions": [{"x": r.x, "y": r.y, "w": r.w, "h": r.h, "weight": r.weight} for r in row.regions.all()],
                "sha256": row.sha256,
            }
            for (case, finding), row in sorted(newest_truths(study).items())
        ],
        "ai_outputs": [
            {
                "case": row.case.code,
                "bundle_id": row.bundle_id,
                "state": row.state,
                "reason": row.reason,
                "payload_sha256": row.payload_sha256,
                "points": {
                    finding["key"]: _point(finding.get("operating_point") or {}) for finding in row.payload["findings"]
                },
            }
            for row in of_study(AiOutput.objects.all(), study)
            .select_related("case")
            .order_by("case__code", "bundle_id")
        ],
        "readings": [_reading(row, study) for row in _readings(study)],
        "failures": [_failure(row) for row in _failures(study)],
        "deviations": [
            {
                "code": row.code,
                "text": row.text,
                "day": _day(study, row.created_at),
                "reading": str(row.reading_id or ""),
            }
            for row in study.deviations.order_by("created_at")
        ],
        "locks": [
            {"sequence": row.sequence, "kind": row.kind, "object": str(row.object), "sha256": row.sha256}
            for row in study.locks.order_by("sequence")
        ],
    }


def _point(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {"threshold": stored.get("threshold"), "project_version": stored.get("project_version")}


def lock_sha256(study: Study) -> str:
    """Hash of the study's newest lock."""
    newest = study.locks.filter(kind="study").order_by("-sequence").first()
    return newest.sha256 if newest else ""


def _readings(study: Study) -> Any:
    rows = of_study(Reading.objects.all(), study).filter(state__in=(Reading.State.LOCKED, Reading.State.VOID))
    related = ("assignment__reader", "assignment__case", "assignment__arm", "assignment__session", "display_check")
    return rows.select_related(*related).order_by(
        "assignment__reader__code", "assignment__session__ordinal", "assignment__position", "created_at"
    )


def _reading(row: Reading, study: Study) -> dict[str, Any]:
    assignment = row.assignment
    return {
        "id": str(row.pk),
        "reader": assignment.reader.code,
        "case": assignment.case.code,
        "arm": assignment.arm.code,
        "test": assignment.arm.test_name(row.stage),
        "stage": row.stage,
        "replicate": assignment.replicate,
        "session": assignment.session.ordinal,
        "position": assignment.position,
        "training": assignment.session.is_training,
        "state": row.state,
        "day": _day(study, row.locked_at),
        "elapsed_ms": elapsed_ms(row),
        "sha256": row.sha256,
        "display_check": _display_check(row.display_check, study),
        **body_of(row),
        "ratings": {
            one.finding.code: {"rating": one.rating, "call": one.call, "action": one.action}
            for one in row.ratings.select_related("finding")
        },
        "comment": cell(row.comment),
        "switches": [
            {
                "finding": s.finding.code,
                "before": s.before,
                "after": s.after,
                "ai_state": s.ai_state,
                "verdict": s.verdict,
            }
            for s in row.switches.select_related("finding").order_by("finding__order")
        ],
    }


def _display_check(check: DisplayCheck | None, study: Study) -> dict[str, Any] | None:
    """What was passed, on which screen; None where none was in the sitting."""
    if check is None:
        return None
    return {
        "day": _day(study, check.answered_at),
        "screen_width": check.screen_width,
        "screen_height": check.screen_height,
        "pixel_ratio": check.pixel_ratio,
    }


def _failures(study: Study) -> Any:
    return (
        of_study(FailureItem.objects.all(), study)
        .select_related("case")
        .prefetch_related("codings__reading__assignment__reader", "codings__replaced_by")
        .order_by("case__code", "bundle_id", "finding", "outcome")
    )


def _failure(row: FailureItem) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "case": row.case.code,
        "bundle_id": row.bundle_id,
        "finding": row.finding,
        "outcome": row.outcome,
        "probability": row.probability,
        "threshold": row.threshold,
        "point_of": row.point_of,
        "point_version": row.point_version,
        "predicted_boxes": row.predicted_boxes,
        "truth_boxes": row.truth_boxes,
        "centre_distance_px": row.centre_distance_px,
        "centre_distance_share": row.centre_distance_share,
        "codings": [_coding(one) for one in row.codings.all()],
    }


def _coding(row: FailureMode) -> dict[str, Any]:
    reading = row.reading
    return {
        "reader": reading.assignment.reader.code if reading else "",
        "reading": str(reading.pk) if reading else "",
        "adjudication": row.is_adjudication,
        "site": row.site,
        "laterality": row.laterality,
        "cause": row.cause,
        "severity": row.severity,
        "confidence": row.confidence,
        "note": cell(row.note),
        "scheme_version": row.scheme_version,
        "replaced": hasattr(row, "replaced_by"),
    }


def _day(study: Study, at: Any) -> int | None:
    """Whole days since the opening."""
    return (at - study.opened_at).days if at and study.opened_at else None
