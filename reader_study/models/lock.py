"""The hash chain of a study."""

from django.conf import settings
from django.db import models

from reader_study.models.study import Study
from webapp.reviews.models.kept_row import AppendOnlyRow


class Lock(AppendOnlyRow):
    """One link: `sha256` covers kind, object, the object's hash, who, when and the link before it."""

    class Kind(models.TextChoices):
        PROTOCOL = "protocol", "Protocol"
        READING = "reading", "Reading"
        TRUTH = "truth", "Truth"
        STUDY = "study", "Study"

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="locks")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    object = models.UUIDField()
    object_sha256 = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    prev_sha256 = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["sequence"]
        constraints = [models.UniqueConstraint(fields=["study", "sequence"], name="one_lock_per_place")]
