"""Stop rules that would act as soon as their plan is in force: who proposes it and who approves it say of each that they know."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from webapp.archive.models import Project
from webapp.change_plans.plan_body import PlanBody
from webapp.change_plans.two_persons import PlanRefused


@dataclass(frozen=True)
class FiresNow:
    """code: S1 of the plan. words: what its signal reads, and its limit."""

    code: str
    words: str


# Who reads signals registers here, in its AppConfig.ready.
readers: list[Callable[[Project, PlanBody], list[FiresNow]]] = []


def rules_that_fire_now(project: Project, body: PlanBody) -> list[FiresNow]:
    return [one for read in readers for one in read(project, body)]


def require_known(project: Project, body: PlanBody, ticked: Collection[str]) -> None:
    """Raises PlanRefused naming the rules that would fire at once and are not ticked."""
    untold = [one for one in rules_that_fire_now(project, body) if one.code not in ticked]
    if untold:
        told = " ".join(f"{one.code} would fire at once: {one.words}" for one in untold)
        raise PlanRefused("fires_now", f"{told} Tick what is meant so, or change the limit.", "fires_now")
