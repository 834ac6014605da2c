"""A case as its reader sees it: code, neutral part, form, own answers. No image id, no arm, no model, no stratum."""

from datetime import datetime
from typing import cast

from reader_study import clock
from reader_study.documents.study_document import form_document, time
from reader_study.models import Assignment, Reading, ReadingSession
from reader_study.reading_bodies import (
    AnswerBody,
    AssignmentDocument,
    AssignmentUrls,
    CodingItem,
    DraftDocument,
    LeaseDocument,
    LockedAnswer,
    SessionDocument,
)
from reader_study.services.code_failures import items_of
from reader_study.services.open_session import remaining
from reader_study.services.own_assignment import readings_of, stage_now, study_body
from reader_study.services.reveal_ai import aided_stage
from reader_study.services.save_draft import receipt_of


def assignment_document(assignment: Assignment, tab: str = "", now: datetime | None = None) -> AssignmentDocument:
    """Keys in a fixed order and always the same, whatever the arm."""
    study, session = assignment.reader.study, assignment.session
    readings = readings_of(assignment)
    stage = stage_now(assignment)
    reading = readings.get(stage or "")
    base = f"/api/studies/{study.pk}/assignments/{assignment.pk}/"
    return {
        "id": str(assignment.pk),
        "study": str(study.pk),
        "session": str(session.pk),
        "case": assignment.case.code,
        "position": assignment.position,
        "total": session.assignments.count(),
        "part": assignment.arm.label,
        "role": assignment.case.role,
        "stage": stage,
        "stages": list(assignment.arm.stages),
        "has_ai": aided_stage(assignment) is not None,
        "form": form_document(study_body(study)),
        "items": _items(assignment),
        "draft": _draft(reading),
        "locked": {name: _locked(row) for name, row in readings.items() if row.is_locked},
        "paused": bool(reading and reading.paused_at),
        "opened_at": time(reading.opened_at) if reading else None,
        "lease": _lease(session, tab, now or clock.now()),
        "urls": cast(AssignmentUrls, {name: f"{base}{name}/" for name in AssignmentUrls.__annotations__}),
    }


def session_document(session: ReadingSession, *, with_reader: bool = False) -> SessionDocument:
    """A session; its arms are named to nobody who reads."""
    done, total = progress_of(session)
    found: SessionDocument = {
        "id": str(session.pk),
        "ordinal": session.ordinal,
        "label": f"Training {session.ordinal}" if session.is_training else f"Session {session.ordinal}",
        "kind": "training" if session.is_training else "scored",
        "state": session.state,
        "done": done,
        "total": total,
        "opens_at": time(session.opens_at),
        "closes_at": time(session.closes_at),
        "opened_at": time(session.opened_at),
        "ended_at": time(session.ended_at),
    }
    if with_reader:
        found |= {"reader": session.reader.code, "arm_plan": session.arm_plan, "block": session.block}
    return found


def progress_of(session: ReadingSession) -> tuple[int, int]:
    """(cases read, cases)."""
    total = session.assignments.filter(case__voided_at=None).count()
    return total - len(remaining(session)), total


def body_of(reading: Reading) -> AnswerBody:
    """A locked reading in the shape in which it was sent."""
    return {
        "ratings": {
            row.finding.code: {"rating": row.rating, "action": row.action}
            for row in reading.ratings.select_related("finding")
        },
        "marks": [
            {
                "key": str(row.pk),
                "finding": row.finding.code,
                "shape": row.shape,
                "x": row.x,
                "y": row.y,
                "w": row.w,
                "h": row.h,
                "rating": row.rating,
                "first_drawn_ms": row.first_drawn_ms,
            }
            for row in reading.marks.select_related("finding")
        ],
        "answers": reading.answers,
        "comment": reading.comment,
        "inadequate": reading.inadequate,
        "active_ms": reading.active_ms,
        "first_mark_ms": reading.first_mark_ms,
    }


def _items(assignment: Assignment) -> list[CodingItem]:
    """Failures to be coded; empty in reading studies. Order by id: by outcome would tell nothing more, but ids tell nothing."""
    return [
        {
            "id": str(item.pk),
            "finding": item.finding,
            "outcome": item.outcome,
            "probability": item.probability,
            "threshold": item.threshold,
            "predicted_boxes": item.predicted_boxes,
            "truth_boxes": item.truth_boxes,
        }
        for item in sorted(items_of(assignment), key=lambda item: str(item.pk))
    ]


def _draft(reading: Reading | None) -> DraftDocument | None:
    newest = reading.drafts.order_by("-revision").first() if reading else None
    if newest is None:
        return None
    return {"revision": newest.revision, "body": newest.body, "saved_at": newest.saved_at.isoformat()}


def _locked(reading: Reading) -> LockedAnswer:
    return {"body": body_of(reading), "receipt": receipt_of(reading)}


def _lease(session: ReadingSession, tab: str, now: datetime) -> LeaseDocument | None:
    if not session.lease_tab or session.lease_until is None or session.lease_until <= now:
        return None
    return {"mine": session.lease_tab == tab, "until": session.lease_until.isoformat()}
