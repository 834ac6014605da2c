"""Amendments: a manager proposes, the statistician approves; after the lock each gives a result set of its own."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from reader_study import clock, policy
from reader_study.allocation import Placement
from reader_study.allocation.allocate import replacement_row
from reader_study.chain import append_lock
from reader_study.models import Amendment, Lock, Protocol, Reader, Study, Truth
from reader_study.protocol_body import FIELDS, completed, problems
from reader_study.refusal import StudyRefused, require
from reader_study.results.lock_study import fill_ledger, store_results
from reader_study.sent_bodies import AmendmentChange, AmendmentKind
from reader_study.services.edit_protocol import current_protocol
from reader_study.services.freeze_truth import freeze_one, newest_truths
from reader_study.services.open_study import design_of, store_placements
from reader_study.services.people import checked_reason, new_reader
from reader_study.services.vote_truth import checked_regions, checked_status, settle
from webapp import audit
from webapp.accounts.models import User
from webapp.reveal.canonical_json import sha256_of
from webapp.sent_body import read_value

Kind = Amendment.Kind
CHANGES: dict[str, tuple[str, ...]] = {
    Kind.STATISTICS: FIELDS["statistics"],
    Kind.WASHOUT: ("min_days",),
    Kind.TRUTH: ("case", "finding", "status", "regions"),
    Kind.VOID_CASE: ("case",),
    Kind.REPLACE_READER: ("reader", "username"),
}
BEFORE_LOCK = (Kind.WASHOUT, Kind.REPLACE_READER)


@transaction.atomic
def propose_amendment(
    user: User, study: Study, kind: object, reason: object, change: object, effective_from: datetime | None = None
) -> Amendment:
    """Checked as far as it can be before it is applied. Raises StudyRefused."""
    require(policy.may_propose_amendment(user, study))
    read_value(AmendmentKind, kind, "kind", StudyRefused)
    fields: dict[str, Any] = read_value(AmendmentChange, change, "change", StudyRefused)
    for name in fields:
        if name not in CHANGES[str(kind)]:
            text = f"{str(name)[:40]!r} is not one of {', '.join(CHANGES[str(kind)])}"
            raise StudyRefused("unknown_field", text, f"change.{str(name)[:40]}", 400)
    if study.is_locked and kind in BEFORE_LOCK:
        raise StudyRefused("wrong_state", f"{kind} cannot change after the lock.", "kind")
    Study.objects.select_for_update().get(pk=study.pk)
    amendment = Amendment.objects.create(
        study=study,
        number=study.amendments.count() + 1,
        kind=str(kind),
        reason=checked_reason(reason),
        change=fields,
        before_sha256=_state_sha256(study),
        by=user,
        effective_from=effective_from,
        created_by=user,
    )
    audit.record(user, "study.propose_amendment", f"study:{study.pk}", purpose="reader study", number=amendment.number)
    return amendment


@transaction.atomic
def approve_amendment(user: User, study: Study, amendment: Amendment) -> Amendment:
    """Applies the change. The author never approves; after the lock a new result set is computed beside the old ones."""
    require(policy.may_approve_amendment(user, study))
    study = Study.objects.select_for_update().get(pk=study.pk)
    amendment = Amendment.objects.select_for_update().get(pk=amendment.pk)
    if amendment.by_id == user.pk:
        raise StudyRefused("own_amendment", "An amendment is approved by another person than its author.", http=403)
    if amendment.approved_at is not None:
        raise StudyRefused("wrong_state", "This amendment is approved already.")
    now = clock.now()
    amendment.approved_by, amendment.approved_at = user, now
    amendment.effective_from = amendment.effective_from or now
    APPLY[amendment.kind](user, study, amendment)
    amendment.after_sha256 = _state_sha256(study)
    amendment.save()
    if study.is_locked:
        fill_ledger(study)
        results = store_results(study, user, amendment)
        append_lock(study, Lock.Kind.STUDY, amendment.pk, results.sha256, user, now)
    audit.record(user, "study.approve_amendment", f"study:{study.pk}", purpose="reader study", number=amendment.number)
    return amendment


def _state_sha256(study: Study) -> str:
    """Hash of what amendments change: protocol, truths, cases, readers."""
    truths = sorted(
        f"{case}:{finding}:{truth.version}:{truth.status}" for (case, finding), truth in newest_truths(study).items()
    )
    cases = sorted(study.cases.filter(voided_at=None).values_list("code", flat=True))
    readers = sorted(study.readers.values_list("code", "state"))
    return sha256_of([current_protocol(study).body, truths, cases, [list(row) for row in readers]])


def _new_protocol(user: User, study: Study, part: str, change: Mapping[str, Any]) -> None:
    """A further frozen version; findings and questions are those of the first one, which ratings point to."""
    old = current_protocol(study)
    body = completed({**old.body, part: {**old.body[part], **change}})
    if found := [one for one in problems(body, study.kind) if one.field.startswith(part)]:
        raise StudyRefused("bad_protocol", found[0].text, found[0].field, 400)
    protocol = Protocol.objects.create(
        study=study, version=old.version + 1, body=body, sha256=sha256_of(body), frozen_at=clock.now(), created_by=user
    )
    append_lock(study, Lock.Kind.PROTOCOL, protocol.pk, protocol.sha256, user, clock.now())


def _apply_statistics(user: User, study: Study, amendment: Amendment) -> None:
    _new_protocol(user, study, "statistics", amendment.change)


def _apply_washout(user: User, study: Study, amendment: Amendment) -> None:
    _new_protocol(user, study, "washout", amendment.change)


def _apply_truth(user: User, study: Study, amendment: Amendment) -> None:
    change = amendment.change
    old = newest_truths(study).get((str(change.get("case")), str(change.get("finding"))))
    if old is None:
        text = f"case {change.get('case')!r} has no truth of {change.get('finding')!r}"
        raise StudyRefused("not_allowed", text, "change.case", 400)
    status = checked_status(change.get("status"))
    boxes = checked_regions(change.get("regions"), status, old.case)
    truth = Truth.objects.create(
        case=old.case, finding=old.finding, version=old.version + 1, source=old.source, strength=old.strength,
        rule=f"amendment {amendment.number}", created_by=user,
    )  # fmt: skip
    settle(truth, status, boxes, user)
    if old.state == Truth.State.FROZEN:
        freeze_one(study, truth, user)


def _apply_void_case(user: User, study: Study, amendment: Amendment) -> None:
    case = study.cases.filter(code=amendment.change.get("case"), voided_at=None).first()
    if case is None:
        raise StudyRefused(
            "not_allowed", f"case {amendment.change.get('case')!r} is not in the study", "change.case", 400
        )
    case.voided_at, case.void_reason = clock.now(), f"amendment {amendment.number}: {amendment.reason}"[:500]
    case.save(update_fields=["voided_at", "void_reason"])


def _apply_replace_reader(user: User, study: Study, amendment: Amendment) -> None:
    """The withdrawn reader's sittings, by a fresh row of the design."""
    old = study.readers.filter(code=amendment.change.get("reader"), state=Reader.State.WITHDRAWN).first()
    if old is None:
        text = f"reader {amendment.change.get('reader')!r} is not a withdrawn reader of this study"
        raise StudyRefused("not_allowed", text, "change.reader", 400)
    index = study.readers.count()
    fresh = new_reader(user, study, str(amendment.change.get("username")), group=old.group)
    placements = tuple(
        Placement(
            old.code,
            row.session.ordinal,
            row.position,
            row.session.block,
            row.case.code,
            row.arm.code,
            row.replicate,
            row.session.is_training,
        )
        for row in old.assignments.filter(case__voided_at=None).select_related("session", "case", "arm")
    )
    design = design_of(completed(current_protocol(study).body))
    store_placements(study, replacement_row(placements, design, old.code, fresh.code, index, study.seed), user)


APPLY: dict[str, Callable[[User, Study, Amendment], None]] = {
    Kind.STATISTICS: _apply_statistics,
    Kind.WASHOUT: _apply_washout,
    Kind.TRUTH: _apply_truth,
    Kind.VOID_CASE: _apply_void_case,
    Kind.REPLACE_READER: _apply_replace_reader,
}
