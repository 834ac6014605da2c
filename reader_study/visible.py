"""Which reviews a person may see. Pages, exports and the API get rows from here, never from Model.objects."""

from reader_study.models import CaseReview, CaseReviewQuerySet
from webapp.accounts import policy
from webapp.archive.models import Image


def visible_reviews(user: policy.Person) -> CaseReviewQuerySet:
    """Reviews of every image whose model output the person may see; related rows joined for reading."""
    rows = CaseReview.objects.select_related("reader", "image", "prediction", "replaced_by")
    if policy.may_see_image(user) is not None:
        return rows.none()
    if policy.EMBARGOES:
        images = Image.objects.filter(reviews__isnull=False).distinct()
        hidden = [image.pk for image in images.iterator() if policy.may_see_predictions(user, image)]
        rows = rows.exclude(image__in=hidden)
    return rows
