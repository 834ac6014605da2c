"""Everything of a study in one document: codes and days since opening, no person, no image id, no date."""

from typing import Any

from reader_study.documents.assignment_document import body_of
from reader_study.exports.csv_text import cell
from reader_study.models import Reading, Study
from reader_study.services.edit_protocol import current_protocol
from reader_study.services.freeze_truth import newest_truths
from reader_study.services.lock_reading import elapsed_ms

SCHEMA = "sightline-study-1"
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
        "readings": [_reading(row, study) for row in _readings(study)],
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


def lock_sha256(study: Study) -> str:
    """Hash of the study's newest lock."""
    newest = study.locks.filter(kind="study").order_by("-sequence").first()
    return newest.sha256 if newest else ""


def _readings(study: Study) -> Any:
    rows = Reading.objects.filter(assignment__reader__study=study, state__in=(Reading.State.LOCKED, Reading.State.VOID))
    related = ("assignment__reader", "assignment__case", "assignment__arm", "assignment__session")
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
        **body_of(row),
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


def _day(study: Study, at: Any) -> int | None:
    """Whole days since the opening."""
    return (at - study.opened_at).days if at and study.opened_at else None
