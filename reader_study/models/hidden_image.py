"""Other images that would tell of a case: hidden from whoever is blinded in its study, as the case itself is."""

from django.conf import settings
from django.db import models

from reader_study.models.case import Case
from webapp.reviews.models.kept_row import KeptRow


class HiddenImage(KeptRow):
    """One image beside a case, and by what it was known. Written when the study opens and when an image is stored, so that lists
    ask an indexed set of few rows and compare nothing."""

    class Why(models.TextChoices):
        PIXELS = "pixels", "The same decoded pixels"
        STUDY = "study", "The same Study Instance UID"
        SERIES = "series", "The same Series Instance UID"
        DAY = "day", "The same patient on the same day"
        LOOK = "look", "Looks alike"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="hidden_images")
    image = models.ForeignKey("archive.Image", on_delete=models.PROTECT, related_name="hidden_beside")
    why = models.CharField(max_length=8, choices=Why.choices)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    release_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "image"], name="one_row_per_case_and_image")]
