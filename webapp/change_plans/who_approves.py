"""Whether somebody is there who can approve: a proposal that nobody may decide would lock the project out."""

from collections.abc import Iterable, Sequence

from webapp.accounts.models import User
from webapp.change_plans.plan_body import APPROVERS
from webapp.change_plans.two_persons import refuse


def can_approve(roles: Iterable[str], author: User | None) -> list[User]:
    """Active people with one of the roles, who are not the author, by name."""
    people = User.objects.filter(is_active=True, role__in=list(roles)).order_by("username")
    return list(people.exclude(pk=author.pk) if author else people)


def require_second(code: str, roles: Sequence[str], author: User) -> None:
    """Raises PlanRefused where nobody but the author could approve what the author proposes."""
    if not can_approve(roles, author):
        refuse("no_second", f"Nobody could approve {code}: {_asked(roles)}. Give another person that role first.")


def require_next(code: str, roles: Sequence[str]) -> None:
    """Raises PlanRefused for a plan under which no later one could be proposed and approved by two different active people."""
    able, admins = can_approve(roles, None), can_approve([User.Role.ADMIN], None)
    if any(one != other for one in able for other in admins):
        return
    only = f"only {able[0].username} could" if able else "nobody could"
    refuse(
        "locks_out",
        f"Under {code} {only} approve the next plan, and who proposes it never approves it: {_asked(roles)}, beside the admin who"
        " proposes. Name another role as approver, or give another person that role first.",
    )


def names_of(people: Iterable[User]) -> list[str]:
    """With their role: omar (manager)."""
    return [f"{person.username} ({person.role})" for person in people]


def _asked(roles: Sequence[str]) -> str:
    return f"it asks for {' or '.join(APPROVERS[role] for role in roles)}"
