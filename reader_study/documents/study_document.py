"""A study as its members see it; readers learn neither counts nor arms."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from reader_study import policy
from reader_study.documents.study_bodies import (
    AmendmentDocument,
    CaseDocument,
    DeviationDocument,
    LockDocument,
    LockRequested,
    MemberDocument,
    ProblemDocument,
    ProtocolDocument,
    ReaderDocument,
    ResultRow,
    StudyDocument,
)
from reader_study.models import Amendment, Case, Deviation, Lock, Membership, Protocol, Reader, ResultSet, Study
from reader_study.protocol_body import Problem, completed, problems
from reader_study.protocol_model import ACTIONS, RATING_SCALES
from reader_study.reading_bodies import FormDocument
from reader_study.services.edit_protocol import current_protocol
from webapp.accounts.policy import Person
from webapp.archive.view_positions import view_label


def study_document(study: Study, user: Person) -> StudyDocument:
    """Keys in a fixed order; `counts` and `lock_requested` only for those who run the study."""
    roles = sorted(policy.roles_in(user, study))
    protocol = current_protocol(study)
    found: StudyDocument = {
        "id": str(study.pk),
        "title": study.title,
        "slug": study.slug,
        "kind": study.kind,
        "state": study.state,
        "roles": roles,
        "is_owner": study.owner_id == getattr(user, "pk", None),
        "created_at": study.created_at.isoformat(),
        "opened_at": time(study.opened_at),
        "closed_at": time(study.closed_at),
        "locked_at": time(study.locked_at),
        "protocol": {"version": protocol.version, "sha256": protocol.sha256, "frozen": protocol.frozen_at is not None},
    }
    if {policy.MANAGER, policy.STATISTICIAN, policy.AUDITOR} & set(roles):
        cases = study.cases.filter(voided_at=None)
        found |= {
            "description": study.description,
            "state_reason": study.state_reason,
            "counts": {
                "cases": cases.filter(role=Case.Role.SCORED).count(),
                "training": cases.filter(role=Case.Role.TRAINING).count(),
                "readers": study.readers.filter(state=Reader.State.ACTIVE).count(),
            },
            "lock_requested": _lock_request(study),
        }
    return found


def protocol_document(study: Study, protocol: Protocol) -> ProtocolDocument:
    """For managers, statisticians, auditors and panel members."""
    body = completed(protocol.body)
    return {
        "version": protocol.version,
        "sha256": protocol.sha256,
        "frozen_at": time(protocol.frozen_at),
        "body": body,
        "problems": problem_documents(problems(body, study.kind)),
    }


def form_document(body: dict[str, Any]) -> FormDocument:
    """What readers fill in: no cut, no model, no arm."""
    part = body["reading"]
    return {
        "findings": [
            {
                "code": row["code"],
                "label": row["label"],
                "scale": row["scale"],
                "min": RATING_SCALES[row["scale"]].low,
                "max": RATING_SCALES[row["scale"]].high,
                "keys": RATING_SCALES[row["scale"]].by_key(),
                "order": order,
            }
            for order, row in enumerate(body["findings"])
        ],
        "questions": body["questions"],
        "actions": list(ACTIONS) if part["actions"] else [],
        "marks": part["marks"],
        "inadequate": part["inadequate"],
        "comment": part["comment"],
        "enhanced": part.get("enhanced") is True,
    }


def member_document(member: Membership) -> MemberDocument:
    return {
        "id": str(member.pk),
        "username": member.user.get_username(),
        "role": member.role,
        "is_chair": member.is_chair,
        "since": member.created_at.isoformat(),
        "ended_at": time(member.ended_at),
        "end_reason": member.end_reason,
    }


def reader_document(reader: Reader, *, named: bool) -> ReaderDocument:
    """named: managers know who is behind a code."""
    found: ReaderDocument = {
        "id": str(reader.pk),
        "code": reader.code,
        "years": reader.years,
        "subspecialty": reader.subspecialty,
        "group": reader.group,
        "state": reader.state,
    }
    if named:
        found["username"] = reader.user.get_username()
    return found


def case_document(case: Case, *, with_image: bool) -> CaseDocument:
    """with_image: managers know which image a code stands for."""
    found: CaseDocument = {
        "id": str(case.pk),
        "code": case.code,
        "role": case.role,
        "stratum": case.stratum,
        "group": case.group,
        "rows": case.image.rows,
        "columns": case.image.columns,
        "voided_at": time(case.voided_at),
        "void_reason": case.void_reason,
    }
    if with_image:
        found |= {"image": str(case.image_id), "view": view_label(case.image.view)}
    return found


def deviation_document(row: Deviation) -> DeviationDocument:
    return {
        "id": str(row.pk),
        "code": row.code,
        "text": row.text,
        "session": str(row.session_id) if row.session_id else None,
        "reading": str(row.reading_id) if row.reading_id else None,
        "by": row.by.get_username() if row.by else None,
        "at": row.created_at.isoformat(),
    }


def amendment_document(row: Amendment) -> AmendmentDocument:
    return {
        "number": row.number,
        "kind": row.kind,
        "reason": row.reason,
        "change": row.change,
        "before_sha256": row.before_sha256,
        "after_sha256": row.after_sha256,
        "by": row.by.get_username(),
        "proposed_at": row.created_at.isoformat(),
        "approved_by": row.approved_by.get_username() if row.approved_by else None,
        "approved_at": time(row.approved_at),
        "effective_from": time(row.effective_from),
    }


def lock_document(row: Lock) -> LockDocument:
    return {
        "sequence": row.sequence,
        "kind": row.kind,
        "object": str(row.object),
        "object_sha256": row.object_sha256,
        "sha256": row.sha256,
        "prev_sha256": row.prev_sha256,
        "by": row.by.get_username(),
        "at": row.at.isoformat(),
    }


def result_row(row: ResultSet) -> ResultRow:
    """Without the results: what auditors see."""
    return {
        "number": row.number,
        "input_sha256": row.input_sha256,
        "sha256": row.sha256,
        "code_version": row.code_version,
        "amendment": row.amendment.number if row.amendment else None,
        "at": row.created_at.isoformat(),
    }


def problem_documents(found: Iterable[Problem]) -> list[ProblemDocument]:
    return [{"code": one.code, "field": one.field, "text": one.text} for one in found]


def time(value: datetime | None) -> str | None:
    """ISO text, or None."""
    return value.isoformat() if value else None


def _lock_request(study: Study) -> LockRequested | None:
    if study.lock_requested_by is None:
        return None
    return {"by": study.lock_requested_by.get_username(), "at": time(study.lock_requested_at)}
