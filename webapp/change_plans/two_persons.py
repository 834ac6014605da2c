"""What one person proposes a second one decides: the same way for change plans and reference sets. Every step is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from django.db import transaction

from webapp import audit
from webapp.accounts.models import User
from webapp.accounts.policy import may_decide_change_plan, may_propose_change_plan
from webapp.archive.models import Project
from webapp.change_plans.models import Decision, Proposed
from webapp.change_plans.plan_body import APPROVERS
from webapp.refused import Refused

Outcome = Decision.Outcome
TEXT_CHARACTERS = 500


class PlanRefused(Refused):
    """Nothing is proposed, or decided."""


@dataclass(frozen=True)
class Kind:
    """Of what is proposed. noun: in sentences. verb: of audit events. link: from the decision to the row. approved: what an
    approval is called. roles: of those who may approve. read: what takes long to check before an approval, done before the
    transaction. require: the rest, in it. Both raise PlanRefused where it cannot be approved."""

    noun: str
    verb: str
    rows: type[Any]
    decisions: type[Any]
    link: str
    approved: str
    roles: Callable[[Project, Any], tuple[str, ...]]
    require: Callable[[User, Project, Any], None]
    read: Callable[[Any], None] | None = None

    def word(self, outcome: str) -> str:
        """How it ended, in words."""
        return self.approved if outcome == Outcome.APPROVED else outcome


def in_force(rows: type[Any], project: Project) -> Any:
    """The newest row that was approved; None where none was."""
    return (
        rows.objects.filter(project=project, decision__outcome=Outcome.APPROVED)
        .select_related("project", "created_by", "decision__created_by")
        .order_by("-version")
        .first()
    )


def locked(project: Project) -> Project:
    """One proposal or decision of a project at a time, until the transaction ends."""
    return Project.objects.select_for_update().get(pk=project.pk)


def versions(rows: type[Any], project: Project) -> dict[str, int]:
    """The columns `version` and `replaces` of a row that is proposed now."""
    last = rows.objects.filter(project=project).order_by("-version").first()
    current = in_force(rows, project)
    return {"version": last.version + 1 if last else 1, "replaces": current.version if current else 0}


def require_hash(row: Proposed, code: str, now: str) -> None:
    """Raises PlanRefused where what is stored gives another hash than was kept when it was proposed."""
    if now != row.sha256:
        refuse(
            "changed",
            f"{code} is not as it was proposed: its hash was {row.sha256[:12]}, what is stored gives {now[:12]}. Propose it anew.",
        )


def given_reason(reason: str) -> str:
    """The reason, of 1 to TEXT_CHARACTERS characters."""
    said = reason.strip()
    if not 0 < len(said) <= TEXT_CHARACTERS:
        raise wrong("reason", f"give a reason of 1 to {TEXT_CHARACTERS} characters; this one has {len(said)}")
    return said


def record(user: User, kind: Kind, what: str, row: Proposed, **more: object) -> None:
    """One event of the audit record, with version and hash."""
    target = f"project:{row.project_id}"  # type: ignore[attr-defined]
    details = {"version": row.version, "sha256": row.sha256, **more}
    audit.record(user, f"{kind.verb}.{what}", target, **details)  # type: ignore[arg-type]


def decide(kind: Kind, user: User, row: Any, outcome: str, note: str) -> Any:
    """Approves or declines another person's proposal, or withdraws one's own.

    Raises PlanRefused: 400 for another outcome or note; 403 for who may not; 409 for one that was decided meanwhile, or that was
    made beside another one than is in force now.
    """
    if outcome not in Outcome.values:
        raise wrong("outcome", f"outcome {outcome[:20]!r} is not one of {', '.join(Outcome.values)}")
    if len(note) > TEXT_CHARACTERS:
        raise wrong("note", f"the note has {len(note)} characters; allowed: up to {TEXT_CHARACTERS}")
    if outcome == Outcome.APPROVED and kind.read:
        _require_open(kind, user, row.project, row, outcome)
        kind.read(row)  # thousands of files: no lock waits for them
    with transaction.atomic():
        project = locked(row.project)
        _require_open(kind, user, project, row, outcome)
        if outcome == Outcome.APPROVED:
            kind.require(user, project, row)
        decision = kind.decisions(outcome=outcome, note=note.strip(), created_by=user, **{kind.link: row})
        decision.save()
        record(user, kind, kind.word(outcome), row, note=note.strip())
    return decision


def _require_open(kind: Kind, user: User, project: Project, row: Any, outcome: str) -> None:
    """It waits, this person may end it so, and what it would replace is still in force."""
    _require_person(user, row, outcome, kind.roles(project, row))
    earlier = kind.decisions.objects.filter(**{kind.link: row}).select_related("created_by").first()
    if earlier:
        who = earlier.created_by.username if earlier.created_by else "somebody"
        raise PlanRefused("decided", f"{row.code} was {kind.word(earlier.outcome)} by {who} already.")
    if outcome == Outcome.APPROVED:
        current = in_force(kind.rows, project)
        if (current.version if current else 0) != row.replaces:
            raise PlanRefused(
                "other_in_force",
                f"{current.code} was {kind.approved} since {row.code} was proposed: propose the {kind.noun} anew.",
            )


def _require_person(user: User, row: Any, outcome: str, roles: tuple[str, ...]) -> None:
    if outcome == Outcome.WITHDRAWN:
        PlanRefused.require(may_propose_change_plan(user))
        if row.created_by_id != user.pk:
            raise PlanRefused("not_own", f"Only who proposed {row.code} may withdraw it; decline it instead.", http=403)
        return
    PlanRefused.require(may_decide_change_plan(user, row))
    if outcome == Outcome.APPROVED and user.role not in roles:
        who = " or ".join(APPROVERS[role] for role in roles)
        raise PlanRefused("wrong_role", f"{row.code} is approved by {who}; you are signed in as {user.role}.", http=403)


def wrong(field: str, text: str) -> PlanRefused:
    """Content that is not allowed."""
    return PlanRefused("not_allowed", text, field, http=400)


def refuse(code: str, text: str) -> NoReturn:
    """A state in which this cannot be."""
    raise PlanRefused(code, text)
