"""Which reviews a person may see. Pages, documents and exports get rows from here, never from CaseReview.objects."""

import datetime

from webapp.accounts.policy import Person, may_see_image
from webapp.reveal.embargoed import not_under_embargo
from webapp.reviews.models import CaseReview, CaseReviewQuerySet


def visible_reviews(
    user: Person, at: datetime.datetime | None = None, *, as_labels: bool = False
) -> CaseReviewQuerySet:
    """Clinical reviews of every image whose model output the person may see, without answers that were taken back.

    Related rows are joined for reading. at: those current at that moment, of the images that the person may see now. as_labels:
    to train or judge a model with, for which scores that are withheld from all do not matter.
    """
    rows = CaseReview.objects.standing() if at is None else CaseReview.objects.all().current_at(at)
    rows = rows.select_related("reader", "image", "prediction", "replaced_by")
    if may_see_image(user) is not None:
        return rows.none()
    return not_under_embargo(rows, user, "image", labels_only=as_labels)
