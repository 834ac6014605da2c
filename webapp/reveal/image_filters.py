"""Filters of the image list by what a model said: by the state of the newest result, leaving out images whose results are
under embargo for the person who asks. None by finding: the worklist has that.
"""

from django.db.models import OuterRef, Q, Subquery
from django.db.models.lookups import Exact

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
        newest = Prediction.objects.filter(image=OuterRef("pk")).order_by("-created_at")
        wanted = Q(Exact(Subquery(newest.values("job__state")[:1]), value))
        hidden = under_embargo(self.parent.person)
        return wanted if hidden is None else wanted & ~hidden
