"""Filters of the image list that predictions add. None by finding: a list filtered by model output tells that output,
and the archive's list does not know from whom a study hides it.
"""

from django.db.models import OuterRef, QuerySet, Subquery

from webapp.archive.models import Image
from webapp.predictions.models import Job, Prediction


def by_state(images: QuerySet[Image], value: str) -> QuerySet[Image]:
    """Images whose newest prediction is in this state. Raises ValueError for an unknown state."""
    if value not in Job.State.values:
        raise ValueError(f"state {value!r} is not one of {', '.join(Job.State.values)}")
    newest = Prediction.objects.filter(image=OuterRef("pk")).order_by("-created_at")
    return images.annotate(newest_state=Subquery(newest.values("job__state")[:1])).filter(newest_state=value)
