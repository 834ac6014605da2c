"""Who may do what in a study: one function per action, `may_<verb>(user, study) -> Refusal or None`.

Roles inside a study are memberships; site roles count only for creating one. A site admin has no extra sight.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db.models import Q, QuerySet

from reader_study import clock
from reader_study.models import Membership, Study
from webapp.accounts.models import User
from webapp.accounts.policy import NOT_SIGNED_IN, Person, Refusal

Role = Membership.Role
State = Study.State
MANAGER, READER, PANEL, STATISTICIAN, AUDITOR = Role.MANAGER, Role.READER, Role.PANEL, Role.STATISTICIAN, Role.AUDITOR
ANY_STATE = tuple(State)
DRAFT = (State.DRAFT,)
NOT_A_MEMBER = Refusal("not_a_member", "There is no such study.")


def roles_in(user: Person, study: Study, at: datetime | None = None) -> frozenset[str]:
    """The person's present roles in the study; empty for strangers and for memberships that have ended."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    return frozenset(current_memberships(at).filter(study=study, user=user).values_list("role", flat=True))


_asked: ContextVar[tuple[Person, Study, frozenset[str]] | None] = ContextVar("asked", default=None)


@contextmanager
def roles_asked_once(user: Person, study: Study) -> Iterator[frozenset[str]]:
    """Within the block `may_*` take this person's roles in this study as they were at its start: a page asks a dozen verbs about
    one moment. Nothing may be changed within."""
    roles = roles_in(user, study)
    token = _asked.set((user, study, roles))
    try:
        yield roles
    finally:
        _asked.reset(token)


def current_memberships(at: datetime | None = None) -> QuerySet[Membership]:
    """Memberships that have not ended."""
    return Membership.objects.filter(Q(ended_at=None) | Q(ended_at__gt=at or clock.now()))


def _may(user: Person, study: Study, roles: Iterable[str], states: Iterable[str] = ANY_STATE) -> Refusal | None:
    if not user.is_authenticated or not user.is_active:
        return NOT_SIGNED_IN
    asked = _asked.get()
    own = asked[2] if asked and asked[0] is user and asked[1] is study else roles_in(user, study)
    if not own:
        return NOT_A_MEMBER
    wanted = tuple(roles)
    if not own & set(wanted):
        return Refusal("wrong_role", f"Only {_names(wanted)} of this study may do this.")
    if study.state not in tuple(states):
        return Refusal(
            "wrong_state", f"The study is {study.state}; this is possible only while it is {', '.join(states)}."
        )
    return None


def _names(roles: tuple[str, ...]) -> str:
    return " or ".join(f"a {Role(role).label.lower()}" for role in roles)


def may_create_study(user: Person) -> Refusal | None:
    """Site managers and admins; whoever creates a study manages it."""
    if not isinstance(user, User) or not user.is_active:
        return NOT_SIGNED_IN
    allowed = user.role in (User.Role.MANAGER, User.Role.ADMIN)
    return None if allowed else Refusal("wrong_role", "Only a manager of the site may create a study.")


def may_see_study(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, tuple(Role))


def may_edit_draft(user: Person, study: Study) -> Refusal | None:
    """Protocol, cases, arms, readers."""
    return _may(user, study, (MANAGER,), DRAFT)


def may_see_protocol(user: Person, study: Study) -> Refusal | None:
    """Readers get the form only, which names no model."""
    return _may(user, study, (MANAGER, STATISTICIAN, AUDITOR, PANEL))


def may_see_people(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (MANAGER, STATISTICIAN, AUDITOR))


def may_change_members(user: Person, study: Study) -> Refusal | None:
    """Panel members, statisticians and auditors may join later; readers only in the draft or by amendment."""
    return _may(user, study, (MANAGER,), (State.DRAFT, *Study.UNDER_WAY, *Study.AFTER_LOCK))


def may_withdraw_reader(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (MANAGER,), (State.DRAFT, *Study.UNDER_WAY))


def may_see_cases(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (MANAGER, AUDITOR))


def may_void(user: Person, study: Study) -> Refusal | None:
    """Cases before the opening, readings while it goes on."""
    return _may(user, study, (MANAGER,), (State.DRAFT, *Study.UNDER_WAY))


def may_release_look_alike(user: Person, study: Study) -> Refusal | None:
    """A manager, while the study hides anything."""
    return _may(user, study, (MANAGER,), Study.UNDER_WAY)


def may_see_allocation(user: Person, study: Study) -> Refusal | None:
    """Allocation, progress of all readers, deviations."""
    return _may(user, study, (MANAGER, AUDITOR))


def may_see_own_progress(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (MANAGER, AUDITOR, READER))


def may_size(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (MANAGER, STATISTICIAN))


def may_open_study(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (MANAGER,), DRAFT)


def may_pause_study(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (MANAGER,), (State.OPEN,))


def may_resume_study(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (MANAGER,), (State.PAUSED,))


def may_close_study(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (MANAGER,), (State.OPEN, State.PAUSED))


def may_archive_study(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (MANAGER,), (State.LOCKED,))


def may_withdraw_study(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (MANAGER,), tuple(state for state in State if state != State.WITHDRAWN))


def may_request_lock(user: Person, study: Study) -> Refusal | None:
    """A manager asks for it."""
    return _may(user, study, (MANAGER,), (State.CLOSED,))


def may_confirm_lock(user: Person, study: Study) -> Refusal | None:
    """A second person confirms it: another manager, or the statistician."""
    return _may(user, study, (MANAGER, STATISTICIAN), (State.CLOSED,))


def may_copy_study(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (MANAGER,)) or may_create_study(user)


def may_read(user: Person, study: Study) -> Refusal | None:
    """Own sessions, drafts and locks. The state is checked by the services, which name what the reader waits for."""
    return _may(user, study, (READER,))


def may_vote(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (PANEL,), (State.DRAFT, *Study.UNDER_WAY))


def may_see_truth_queue(user: Person, study: Study) -> Refusal | None:
    """Panel members their own votes; managers, statisticians and auditors counts only."""
    return _may(user, study, (PANEL, MANAGER, STATISTICIAN, AUDITOR))


def may_adjudicate(user: Person, study: Study) -> Refusal | None:
    refusal = may_vote(user, study)
    if refusal:
        return refusal
    is_chair = current_memberships().filter(study=study, user_id=user.pk or 0, role=PANEL, is_chair=True).exists()
    return None if is_chair else Refusal("not_chair", "Only the chair of the panel may decide this.")


def may_see_failures(user: Person, study: Study) -> Refusal | None:
    """Counts for those who run a failure-mode study; its codes are for the chair, and for managers after the lock."""
    refusal = _may(user, study, (MANAGER, PANEL, STATISTICIAN, AUDITOR))
    if refusal is None and study.kind != Study.Kind.FAILURE_MODE:
        return Refusal("wrong_kind", "Only a failure-mode study has failures to code.")
    return refusal


def may_import_truth(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (MANAGER,), (State.DRAFT, *Study.UNDER_WAY))


def may_freeze_truth(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (MANAGER,), (State.DRAFT, *Study.UNDER_WAY))


def may_see_results(user: Person, study: Study) -> Refusal | None:
    """Nobody before the lock; auditors see hashes only (the view leaves the rest out)."""
    return _may(user, study, (MANAGER, STATISTICIAN, AUDITOR), Study.AFTER_LOCK)


def may_export(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (MANAGER, STATISTICIAN), Study.AFTER_LOCK)


def may_see_debrief(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (READER,), Study.AFTER_LOCK)


def may_see_locks(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (MANAGER, STATISTICIAN, AUDITOR))


def may_see_amendments(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (MANAGER, STATISTICIAN, AUDITOR))


def may_propose_amendment(user: Person, study: Study) -> Refusal | None:
    return _may(user, study, (MANAGER,), (*Study.UNDER_WAY, *Study.AFTER_LOCK))


def may_approve_amendment(user: Person, study: Study) -> Refusal | None:
    """The statistician; never the author, which the service checks."""
    return _may(user, study, (STATISTICIAN,), (*Study.UNDER_WAY, *Study.AFTER_LOCK))
