"""Members and readers of a study: added, changed, and ended with a reason."""

from typing import Any

from django.db import transaction

from reader_study import clock, policy
from reader_study.models import Deviation, Membership, Reader, Study
from reader_study.refusal import StudyRefused, require
from reader_study.sent_bodies import OtherRole, ReaderFields, Reason, Username
from reader_study.services.edit_protocol import current_protocol
from webapp import audit
from webapp.accounts.models import User
from webapp.sent_body import read_sent, read_value

Role = Membership.Role


@transaction.atomic
def add_member(user: User, study: Study, username: str, role: str, is_chair: bool = False) -> Membership:
    """A manager, panel member, statistician or auditor. Readers are added by add_reader."""
    require(policy.may_change_members(user, study))
    read_value(OtherRole, role, "role", StudyRefused)
    person = _person(username)
    own = policy.roles_in(person, study)
    if role in own:
        raise StudyRefused("twice", f"{username} is already {role} of this study", "role")
    if Role.READER in own:
        _check_reader_role(user, study, person, role)
    return _membership(user, study, person, role, is_chair)


@transaction.atomic
def end_member(user: User, study: Study, member: Membership, reason: str) -> Membership:
    """Ends a membership; the owner stays manager, so that a study always has one."""
    require(policy.may_change_members(user, study))
    if member.role == Role.READER:
        raise StudyRefused("not_allowed", "a reader is withdrawn, not ended", "member", 400)
    if member.user_id == study.owner_id and member.role == Role.MANAGER:
        raise StudyRefused("not_allowed", "the owner stays manager of the study", "member")
    member.ended_at, member.end_reason = clock.now(), checked_reason(reason)
    member.save(update_fields=["ended_at", "end_reason"])
    audit.record(user, "study.end_member", f"study:{study.pk}", purpose="reader study", member=str(member.pk))
    return member


@transaction.atomic
def add_reader(user: User, study: Study, username: str, **fields: Any) -> Reader:
    """A reader with the next free code. In the draft only: later by an amendment (replacement reader)."""
    require(policy.may_edit_draft(user, study))
    return new_reader(user, study, username, **fields)


def new_reader(user: User, study: Study, username: str, **fields: Any) -> Reader:
    """Makes reader and membership; the caller has checked the right. Raises StudyRefused."""
    person = _person(username)
    own = policy.roles_in(person, study)
    if study.readers.filter(user=person).exists():
        raise StudyRefused("twice", f"{username} is already a reader of this study", "username")
    for role in sorted(own):
        _check_reader_role(user, study, person, role)
    number = study.readers.count() + 1
    reader = Reader(study=study, user=person, code=f"R{number:02}", created_by=user)
    _set_fields(reader, read_sent(ReaderFields, fields))
    reader.save()
    _membership(user, study, person, Role.READER, False)
    return reader


def change_reader(user: User, study: Study, reader: Reader, fields: ReaderFields) -> Reader:
    """Experience and group of a reader of a draft: those that were sent."""
    require(policy.may_edit_draft(user, study))
    _set_fields(reader, fields)
    reader.save(update_fields=list(ReaderFields.model_fields))
    return reader


@transaction.atomic
def withdraw_reader(user: User, study: Study, reader: Reader, reason: str) -> Reader:
    """The reader reads no more; what is locked stays, open sessions are aborted."""
    require(policy.may_withdraw_reader(user, study))
    why, at = checked_reason(reason), clock.now()
    reader.state, reader.state_reason = Reader.State.WITHDRAWN, why
    reader.save(update_fields=["state", "state_reason"])
    for session in reader.sessions.exclude(state__in=("completed", "expired", "aborted")):
        session.state, session.state_reason, session.ended_at = session.State.ABORTED, why, at
        session.save(update_fields=["state", "state_reason", "ended_at"])
    memberships = Membership.objects.filter(study=study, user=reader.user, role=Role.READER, ended_at=None)
    memberships.update(ended_at=at, end_reason=why)
    audit.record(user, "study.withdraw_reader", f"study:{study.pk}", purpose="reader study", reader=reader.code)
    return reader


def checked_reason(reason: object) -> str:
    """A reason of 3 to 500 characters. Raises StudyRefused."""
    return str(read_value(Reason, reason, "reason", StudyRefused))


def _check_reader_role(user: User, study: Study, person: User, role: str) -> None:
    """A reader holds no other role: managers and statisticians know what readers must not. A panel member may, where the
    protocol allows it, and that is a deviation."""
    name = person.get_username()
    if role != Role.PANEL:
        raise StudyRefused("role_conflict", f"{name} cannot be reader and {role} of the same study", "username")
    if not current_protocol(study).body.get("panel_may_read"):
        text = f"{name} cannot be reader and panel member: the protocol does not allow it"
        raise StudyRefused("role_conflict", text, "username")
    text = "a panel member is a reader of the same study, as the protocol allows"
    Deviation.objects.create(study=study, code=Deviation.Code.AUTHOR_OF_TRUTH, text=text, by=user, created_by=user)


def _membership(user: User, study: Study, person: User, role: str, is_chair: bool) -> Membership:
    member = Membership.objects.create(study=study, user=person, role=role, is_chair=bool(is_chair), created_by=user)
    audit.record(user, "study.add_member", f"study:{study.pk}", purpose="reader study", role=role, person=person.pk)
    return member


def _person(username: object) -> User:
    name = read_value(Username, username, "username", StudyRefused)
    person = User.objects.filter(username=name, is_active=True).first()
    if person is None:
        raise StudyRefused("no_such_person", f"{name[:40]!r} is not the name of an active person", "username", 400)
    return person


def _set_fields(reader: Reader, fields: ReaderFields) -> None:
    for name in fields.model_fields_set:
        setattr(reader, name, getattr(fields, name))
