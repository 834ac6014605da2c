"""What rooms above add to the report of a month: each registers in its AppConfig.ready."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from reports.html_report import Section
from webapp.accounts.policy import Person
from webapp.archive.models import Project


@dataclass(frozen=True)
class MonthlySection:
    """place: low stands first. section: of a project, from a moment to another (left out), for this person; None: nothing of it is
    theirs to know."""

    place: int
    section: Callable[[Project, datetime, datetime, Person], Section | None]


monthly_sections: list[MonthlySection] = []


def sections_of(project: Project, start: datetime, end: datetime, person: Person) -> list[Section]:
    """In order of place."""
    made = [one.section(project, start, end, person) for one in sorted(monthly_sections, key=lambda one: one.place)]
    return [section for section in made if section is not None]
