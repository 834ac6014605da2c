"""Lock a stage of a reading: complete, stored, hashed and chained, in one transaction. No way back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from reader_study import clock, policy
from reader_study.chain import append_lock
from reader_study.content import reading_content
from reader_study.models import (
    AiOutput,
    Assignment,
    Deviation,
    DraftRevision,
    FailureMode,
    FindingRating,
    Lock,
    Mark,
    Reading,
    Study,
)
from reader_study.reading_bodies import Receipt
from reader_study.reading_body import Form, checked_body, empty_answers
from reader_study.refusal import StudyRefused, require
from reader_study.services.code_failures import checked_codings, empty_codings, failure_rows
from reader_study.services.edit_protocol import findings_of
from reader_study.services.open_session import complete_if_read
from reader_study.services.own_assignment import (
    form_of,
    hold_lease,
    own_assignment,
    reading_in,
    require_running,
    stage_now,
)
from reader_study.services.record_deviation import note_deviation
from reader_study.services.reveal_ai import answers_of
from reader_study.services.save_draft import checked_key, receipt_of
from reader_study.services.switch_events import write_switches
from webapp import audit
from webapp.accounts.models import User
from webapp.reveal.answer_first import ALREADY_LOCKED, NOT_REVEALED, is_locked_by, lock_answer, needs_reveal

CLOCK_TOLERANCE_MS = 2000
TRUTH_QUERIES = ("TRL", "TRB")  # they ask a question and never change truth by themselves


@dataclass(frozen=True)
class LockRequest:
    """The whole answer of a stage, as sent."""

    stage: str
    body: Any
    idempotency_key: str
    tab: str = ""


def lock_reading(user: User, study: Study, key: UUID, request: LockRequest, now: datetime | None = None) -> Receipt:
    """The receipt {sha256, locked_at, chain_sha256, next_stage}. The same delivery twice gives the same receipt.

    Raises StudyRefused: 400 incomplete (names what is empty), 409 already_locked, other_tab, study_not_open,
    ai_not_revealed (an aided answer of a reader to whom the model was never shown is no aided answer).
    """
    require(policy.may_read(user, study))
    now = now or clock.now()
    with transaction.atomic():
        assignment = own_assignment(user, study, key, lock=True)
        reading = Reading.objects.select_for_update().get(pk=reading_in(assignment, request.stage).pk)
        idempotency_key = checked_key(request.idempotency_key)
        if is_locked_by(reading, idempotency_key):
            return {**receipt_of(reading), "next_stage": stage_now(assignment)}
        if reading.is_locked:
            raise StudyRefused(ALREADY_LOCKED.code, ALREADY_LOCKED.text, receipt=receipt_of(reading))
        require_running(assignment.reader.study)
        hold_lease(assignment.session, request.tab, now)
        form = form_of(assignment)
        body = _complete(request, assignment, form)
        if not body["inadequate"]:
            _require_revealed(reading, assignment)
        _store(reading, body, form, user, idempotency_key, now)
        _note_times(reading, assignment, now)
        _after(reading, assignment, body, user, now)
        audit.record(
            user, "study.lock_reading", f"assignment:{assignment.pk}", purpose="reader study", sha256=reading.sha256
        )
        return {**receipt_of(reading), "next_stage": stage_now(assignment)}


def _require_revealed(reading: Reading, assignment: Assignment) -> None:
    """Only where there is an output to show: a case without one is read as it is."""
    if not needs_reveal(answers_of(assignment), reading):
        return
    if AiOutput.objects.filter(case=assignment.case, bundle_id=assignment.arm.bundle_id).exists():
        raise StudyRefused(NOT_REVEALED.code, NOT_REVEALED.text)


def _complete(request: LockRequest, assignment: Assignment, form: Form) -> dict[str, Any]:
    body = checked_body(request.body, form)
    if request.stage == Reading.Stage.CODING:
        body["codings"] = checked_codings(body["codings"], assignment, form)
        empty = empty_codings(body["codings"], assignment)
    else:
        empty = empty_answers(body, form)
    if empty:
        raise StudyRefused("incomplete", f"Not answered yet: {', '.join(empty)}.", empty[0], 400, empty=empty)
    return body


def _store(reading: Reading, body: dict[str, Any], form: Form, user: User, key: str, now: datetime) -> None:
    """Rows of the reading, its hash and its link. first_input_at is now when no draft came before."""
    study = reading.assignment.reader.study
    is_coding = reading.stage == Reading.Stage.CODING
    findings = {row.code: row for row in findings_of(study)}
    ratings = [] if is_coding else _ratings(reading, body, findings, user)
    marks = [] if is_coding else _marks(reading, body, findings, user)
    codings = failure_rows(reading, body["codings"], user) if is_coding else []
    reading.answers, reading.comment, reading.inadequate = body["answers"], body["comment"], body["inadequate"]
    reading.active_ms, reading.first_mark_ms = body["active_ms"], body["first_mark_ms"]
    reading.first_input_at = reading.first_input_at or now
    if reading.paused_at is not None:
        reading.paused_ms += int((now - reading.paused_at).total_seconds() * 1000)
        reading.paused_at = None
    lock_answer(reading, key, now, lambda: reading_content(reading, ratings, marks, codings))
    reading.state = Reading.State.LOCKED
    reading.save()
    FindingRating.objects.bulk_create(ratings)
    Mark.objects.bulk_create(marks)
    FailureMode.objects.bulk_create(codings)
    append_lock(study, Lock.Kind.READING, reading.pk, reading.sha256, user, now)


def _ratings(reading: Reading, body: dict[str, Any], findings: dict[str, Any], user: User) -> list[FindingRating]:
    """call = rating >= cut, computed here and nowhere else. An inadequate image keeps no ratings."""
    found = []
    for code, finding in findings.items():
        given: dict[str, Any] = body["ratings"][code] if not body["inadequate"] else {"rating": None, "action": ""}
        rating = given["rating"]
        found.append(
            FindingRating(
                reading=reading,
                finding=finding,
                rating=rating,
                call=None if rating is None else rating >= finding.cut,
                action=given["action"],
                created_by=user,
            )
        )
    return found


def _marks(reading: Reading, body: dict[str, Any], findings: dict[str, Any], user: User) -> list[Mark]:
    kept = [] if body["inadequate"] else body["marks"]
    return [
        Mark(
            reading=reading,
            finding=findings[row["finding"]],
            order=order,
            created_by=user,
            **{name: row[name] for name in ("shape", "x", "y", "w", "h", "rating", "first_drawn_ms")},
        )
        for order, row in enumerate(kept)
    ]


def elapsed_ms(reading: Reading) -> int:
    """From opening to lock, pauses left out."""
    if reading.locked_at is None or reading.opened_at is None:
        return 0
    return int((reading.locked_at - reading.opened_at).total_seconds() * 1000) - reading.paused_ms


def _note_times(reading: Reading, assignment: Assignment, now: datetime) -> None:
    study = assignment.reader.study
    elapsed = elapsed_ms(reading)
    if reading.active_ms is not None and reading.active_ms > elapsed + CLOCK_TOLERANCE_MS:
        text = f"active time {reading.active_ms} ms is longer than the {elapsed} ms that the server measured"
        note_deviation(study, Deviation.Code.CLOCK, text, reading=reading)
    if assignment.session.closes_at and now > assignment.session.closes_at:
        text = f"locked after the session closed on {assignment.session.closes_at:%Y-%m-%d}"
        note_deviation(study, Deviation.Code.LATE_READ, text, reading=reading)


def _after(reading: Reading, assignment: Assignment, body: dict[str, Any], user: User, now: datetime) -> None:
    """The aided stage starts as a copy of the unaided one; a locked aided stage writes the switches."""
    if stage_now(assignment) == Reading.Stage.AIDED and reading.stage == Reading.Stage.UNAIDED:
        aided = Reading.objects.create(
            assignment=assignment,
            stage=Reading.Stage.AIDED,
            state=Reading.State.DRAFTING,
            opened_at=now,
            display_check=reading.display_check,
            created_by=user,
        )
        copy = {**body, "active_ms": None, "first_mark_ms": None}
        DraftRevision(
            reading=aided, revision=1, body=copy, idempotency_key="copy", saved_at=now, created_by=user
        ).save()
    if reading.stage == Reading.Stage.AIDED and len(assignment.arm.stages) > 1:
        write_switches(assignment, reading, user)
    is_coding = reading.stage == Reading.Stage.CODING
    for row in [row for row in body["codings"] if row["cause"] in TRUTH_QUERIES] if is_coding else []:
        text = f"truth query: a reader takes the truth of failure {row['item']} for wrong"
        note_deviation(assignment.reader.study, Deviation.Code.OTHER, text, reading=reading)
    complete_if_read(assignment.session, now)
