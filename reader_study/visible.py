"""Which rows of studies a person may see now. Pages, serializers, exports and tasks get rows from here, never from
Model.objects: forbidden rows are not fetched (studies_methods.md §6)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from reader_study import clock, policy
from reader_study.models import (
    AiOutput,
    Amendment,
    Assignment,
    Case,
    Deviation,
    FailureItem,
    FailureMode,
    HiddenImage,
    Lock,
    Membership,
    Reader,
    Reading,
    ReadingSession,
    ResultSet,
    Study,
    SwitchEvent,
    Truth,
    TruthVote,
)
from webapp.accounts.models import User
from webapp.accounts.policy import Person

M, R, P, S, A = policy.MANAGER, policy.READER, policy.PANEL, policy.STATISTICIAN, policy.AUDITOR


def visible_to(rows: Any, user: Person, at: datetime | None = None) -> Any:
    """The rows that the person may see. A model without a rule is seen by nobody."""
    rule = RULES.get(rows.model)
    if rule is None or not isinstance(user, User) or not user.is_active:
        return rows.none()
    return rows.filter(rule(user, at or clock.now())).distinct()


# What exports and counts take of a whole study: model -> path to its study.
STUDY_PATHS: dict[Any, str] = {
    AiOutput: "case__study",
    Deviation: "study",
    FailureItem: "case__study",
    Reading: "assignment__reader__study",
    SwitchEvent: "reading__assignment__reader__study",
    Truth: "case__study",
}


def of_study(rows: Any, study: Study) -> Any:
    """All rows of one study, the same for everybody: exports are hashed, and results are computed from their text at the
    lock, when nobody asks. Whoever calls this stands behind `policy.may_*` of the study, or gives away no more than counts.
    Raises KeyError for a model that no export shows."""
    return rows.filter(**{STUDY_PATHS[rows.model]: study})


def studies_of(user: User, *roles: str, at: datetime | None = None) -> QuerySet[Membership]:
    """Ids of the studies in which the person has one of these roles now; any role when none is named."""
    rows = policy.current_memberships(at).filter(user=user)
    if roles:
        rows = rows.filter(role__in=roles)
    return rows.values("study")  # type: ignore[return-value]


def _in(path: str, *roles: str) -> Callable[[User, datetime], Q]:
    """Rows of studies (reached by `path`) in which the person has one of the roles."""
    return lambda user, at: Q(**{f"{path}__in" if path else "pk__in": studies_of(user, *roles, at=at)})


def _after_lock(path: str, *roles: str) -> Callable[[User, datetime], Q]:
    """The same, once the study is locked."""
    state = f"{path}__state__in" if path else "state__in"
    return lambda user, at: Q(**{f"{path}__in": studies_of(user, *roles, at=at), state: Study.AFTER_LOCK})


def _own(path: str, study: str) -> Callable[[User, datetime], Q]:
    """The person's own rows as a reader of the study."""
    return lambda user, at: Q(**{path: user, f"{study}__in": studies_of(user, R, at=at)})


def _either(*rules: Callable[[User, datetime], Q]) -> Callable[[User, datetime], Q]:
    def rule(user: User, at: datetime) -> Q:
        found = Q(pk__in=[])
        for one in rules:
            found |= one(user, at)
        return found

    return rule


RULES: dict[Any, Callable[[User, datetime], Q]] = {
    Study: _in(""),
    Membership: _in("study", M, S, A),
    Reader: _either(_in("study", M, S, A), _own("user", "study")),
    Case: _in("study", M, A),
    HiddenImage: _in("case__study", M, A),
    ReadingSession: _either(_in("reader__study", M, A), _own("reader__user", "reader__study")),
    Assignment: _either(_in("reader__study", M, A), _own("reader__user", "reader__study")),
    Truth: _either(_in("case__study", P), _after_lock("case__study", M, S)),
    TruthVote: _either(
        lambda user, at: Q(member=user, truth__case__study__in=studies_of(user, P, at=at)),
        _after_lock("truth__case__study", M, S),
    ),
    Deviation: _in("study", M, A),
    Amendment: _in("study", M, S, A),
    Lock: _in("study", M, S, A),
    ResultSet: _after_lock("study", M, S, A),
    FailureItem: _either(_in("case__study", M, A, P), _after_lock("case__study", S)),
    FailureMode: _either(_after_lock("study", M, S), lambda user, at: Q(coder=user)),
}
