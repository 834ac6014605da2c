"""Filters of the image list by what a model said: by the state of the newest result, leaving out images whose results are
under embargo for the person who asks. None by finding: the worklist has that.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from webapp.code_filters import CodeFilter
from webapp.predictions.models import Prediction
from webapp.reveal.embargoed import under_embargo
from webapp.work.models import Job


class NewestState(CodeFilter):
    """Images whose newest prediction is in this state."""

    def __init__(self) -> None:
        help_text = "state of the newest result"
        super().__init__(label="State", help_text=help_text, choices=Job.State.choices)

    def condition(self, value: str) -> Q:
        hidden = under_embargo(self.parent.person)
        wanted = _newest_in(value)
        return wanted if hidden is None else wanted & ~hidden


def _newest_in(state: str) -> Q:
    """By way of the jobs in that state, which an index finds and which are few; but almost all have succeeded: those are all
    results less the images of the others. As on their page, a result whose job was cleaned away has succeeded."""
    if state != Job.State.SUCCEEDED:
        return Q(pk__in=_newest(Prediction.objects.filter(job__state=state)))
    others = [one for one in Job.State.values if one != state]
    with_result = Exists(Prediction.objects.filter(image=OuterRef("pk")))
    return Q(with_result) & ~Q(pk__in=_newest(Prediction.objects.filter(job__state__in=others)))


def _newest(results: QuerySet[Prediction]) -> QuerySet[Prediction, object]:
    """Images of those results that no later one has replaced."""
    later = Q(created_at__gt=OuterRef("created_at")) | Q(created_at=OuterRef("created_at"), pk__gt=OuterRef("pk"))
    newer = Prediction.objects.filter(later, image=OuterRef("image"))
    return results.filter(~Exists(newer)).order_by().values("image")
