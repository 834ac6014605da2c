"""The filters of the worklist: one declaration each, read by the address, the list, the page's drop-downs and its forms.

Conditions are on images as `worklist.cases.cases` annotates them for one person: what is under embargo carries nothing there.
"""

import re

from django.db.models import Exists, OuterRef, Q

from webapp.archive.image_filters import VIEW_CHOICES
from webapp.archive.models import Image
from webapp.archive.view_positions import in_view
from webapp.code_filters import CodeFilter, CodeFilters, Pairs
from webapp.predictions.models import Prediction
from webapp.reveal.embargoed import under_embargo
from webapp.reviews.models import CaseReview
from webapp.reviews.scheme_versions import current_scheme

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
CODE = re.compile(r"[A-Za-z0-9_]{1,64}")


def in_state(value: str) -> Q:
    """open: all that nobody has reviewed."""
    if value == "all":
        return Q()
    return ~Q(case_state="read") if value == "open" else Q(case_state=value)


def marked_at(site: str) -> Q:
    """Images with a current review that marks a failure at this site of the scheme."""
    marks = CaseReview.objects.filter(image=OuterRef("pk"), site=site).current()
    return Q(Exists(marks), is_hidden=False)


class HighestFinding(CodeFilter):
    """The finding of the highest probability, where the model says positive or uncertain."""

    def condition(self, value: str) -> Q:
        return Q(highest_finding=value, highest_decision__in=("positive", "uncertain"))

    def options(self) -> Pairs:
        """Findings that are the highest of some result that the person may see, titled as the key reads."""
        results = Prediction.objects.exclude(highest_finding="")
        hidden = under_embargo(self.parent.person, "image")
        if hidden is not None:
            results = results.exclude(hidden)
        keys = results.order_by().values_list("highest_finding", flat=True).distinct()
        return [(key, self.title(key)) for key in sorted(keys)]


class WorklistFilters(CodeFilters):
    """Codes only, nothing of a patient: they stand in the address."""

    state = CodeFilter(label="Status", choices=STATES.items(), default=DEFAULT_STATE, condition=in_state)
    view = CodeFilter(label="View", choices=VIEW_CHOICES, condition=in_view)
    finding = HighestFinding(label="Highest finding", shape=CODE)
    site = CodeFilter(label="Failure site", choices=lambda: current_scheme().sites.items(), condition=marked_at)

    class Meta:
        model = Image
        fields: tuple[str, ...] = ()
