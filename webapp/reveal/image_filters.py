"""Filters of the image list by what a model said: by the state of the newest result, leaving out images whose results are
under embargo for the person who asks. None by finding: the worklist has that.
"""

from django.db.models import OuterRef, QuerySet, Subquery

from webapp.accounts.policy import Person
from webapp.archive.models import Image
from webapp.predictions.models import Prediction
from webapp.reveal.embargoed import under_embargo
from webapp.work.models import Job


def by_state(images: QuerySet[Image], value: str, user: Person) -> QuerySet[Image]:
    """Images whose newest prediction is in this state. Raises ValueError for an unknown state."""
    if value not in Job.State.values:
        raise ValueError(f"state {value!r} is not one of {', '.join(Job.State.values)}")
    newest = Prediction.objects.filter(image=OuterRef("pk")).order_by("-created_at")
    hidden = under_embargo(user)
    if hidden is not None:
        images = images.exclude(hidden)
    return images.annotate(newest_state=Subquery(newest.values("job__state")[:1])).filter(newest_state=value)
