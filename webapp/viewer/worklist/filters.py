"""The filters of the worklist: one declaration each, read by the address, the list, the page's drop-downs and its forms.

Conditions are on entries as `worklist.cases.streams` gives them for one person: what is under embargo carries nothing there.
"""

import re
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from webapp.archive.image_filters import VIEW_CHOICES
from webapp.archive.view_positions import in_view
from webapp.code_filters import CodeFilter, CodeFilters, Pairs
from webapp.reveal.embargoed import not_under_embargo
from webapp.reviews.models import CaseReview
from webapp.reviews.scheme_versions import current_scheme
from webapp.viewer.models import WorklistEntry

STATES = {
    "open": "open",
    "to_read": "to read",
    "waiting": "waiting",
    "refused": "refused",
    "failed": "failed",
    "no_model": "no model",
    "read": "read",
    "hidden": "hidden",
    "all": "all",
}
DEFAULT_STATE = "open"
BEFORE_ALL = "(the finding before)"  # no finding's key: stands in a statement for the one found last
CODE = re.compile(r"[A-Za-z0-9_]{1,64}")


def in_state(value: str) -> Q:
    """open: all that nobody has reviewed."""
    if value == "all":
        return Q()
    return ~Q(case_state="read") if value == "open" else Q(case_state=value)


def marked_at(site: str) -> Q:
    """Cases with a current review that marks a failure at this site of the scheme."""
    marked = CaseReview.objects.filter(site=site).current().order_by().values("image")
    return Q(newest__isnull=False) & Q(image__in=marked)


class HighestFinding(CodeFilter):
    """The finding of the highest probability, where the model says positive or uncertain."""

    def condition(self, value: str) -> Q:
        return Q(highest_finding=value)

    def options(self) -> Pairs:
        """Findings that some case which the person may see has, titled as the key reads."""
        seen = self.parent.seen
        if seen is None:
            seen = not_under_embargo(WorklistEntry.objects.all(), self.parent.person, "image")
        return [(key, self.title(key)) for key in _findings(seen)]


def _findings(seen: QuerySet[Any]) -> list[str]:
    """In their order, one step in the index for each: a DISTINCT would read all entries."""
    following = seen.filter(finding__gt=BEFORE_ALL).order_by("finding").values("finding")[:1]
    statement, values = following.query.sql_with_params()
    found: list[str] = []
    with connection.cursor() as cursor:
        while True:
            last = found[-1] if found else ""
            cursor.execute(statement, [last if value == BEFORE_ALL else value for value in values])
            row = cursor.fetchone()
            if row is None:
                return found
            found.append(row[0])


class WorklistFilters(CodeFilters):
    """Codes only, nothing of a patient: they stand in the address. seen: the entries that the person may see, where a page has
    found them already (the first of worklist.cases.streams)."""

    seen: QuerySet[Any] | None = None

    state = CodeFilter(label="Status", choices=STATES.items(), default=DEFAULT_STATE, condition=in_state)
    view = CodeFilter(label="View", choices=VIEW_CHOICES, condition=in_view)
    finding = HighestFinding(label="Highest finding", shape=CODE)
    site = CodeFilter(label="Failure site", choices=lambda: current_scheme().sites.items(), condition=marked_at)

    class Meta:
        model = WorklistEntry
        fields: tuple[str, ...] = ()
