"""What was found later, what was taken back, and who was shown what since when: rows are added, never changed."""

import uuid

from django.conf import settings
from django.db import models

from webapp.archive.models import Image
from webapp.reveal.label_kind import LabelKind
from webapp.reviews.box_in_image import kept_box
from webapp.reviews.models.kept_row import AppendOnlyRow


class LaterTruth(AppendOnlyRow):
    """One statement of a later examination on one finding of one image; created_by entered it.

    finding: key of a model's finding; or term: a code of finding_terms.py, which no model needs to know. exam_date: of the later
    examination. Box in source image pixels, corner convention, only of a finding that was present.
    """

    class Says(models.TextChoices):
        PRESENT = "present", "present"
        ABSENT = "absent", "absent"
        CANNOT_JUDGE = "cannot_judge", "cannot say"

    class Source(models.TextChoices):
        CT = "ct", "CT"
        FOLLOW_UP = "follow_up", "Follow-up"
        MICROBIOLOGY = "microbiology", "Microbiology"
        PATHOLOGY = "pathology", "Pathology"
        OTHER = "other", "Other"

    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="later_truths")
    image_sha256 = models.CharField(max_length=64)
    finding = models.CharField(max_length=64, blank=True)
    term = models.CharField(max_length=32, blank=True)
    says = models.CharField(max_length=16, choices=Says.choices)
    source = models.CharField(max_length=16, choices=Source.choices)
    exam_date = models.DateField()
    box_x = models.FloatField(null=True)
    box_y = models.FloatField(null=True)
    box_w = models.FloatField(null=True)
    box_h = models.FloatField(null=True)
    note = models.TextField(blank=True)
    idempotency_key = models.CharField(max_length=64)

    kind = LabelKind.LATER

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["image", "finding", "term"], name="later_truth_of_image")]
        constraints = [
            models.UniqueConstraint(fields=["created_by", "idempotency_key"], name="one_later_truth_per_key"),
            models.CheckConstraint(
                condition=models.Q(term="") & ~models.Q(finding="") | models.Q(finding="") & ~models.Q(term=""),
                name="later_truth_of_finding_or_term",
            ),
        ]

    @property
    def box(self) -> dict[str, float] | None:
        """{x, y, w, h}, or None."""
        return kept_box(self.box_x, self.box_y, self.box_w, self.box_h)

    @property
    def days_after(self) -> int | None:
        """Days from the study of the image to the later examination; None where the image states no date."""
        return (self.exam_date - self.image.study_date).days if self.image.study_date else None


class LaterTruthWithdrawal(AppendOnlyRow):
    """A statement taken back, by created_by, with a reason: from then on as if never entered, save that it was shown."""

    truth = models.OneToOneField(LaterTruth, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=500)


class LaterTruthShown(models.Model):
    """Since when a person has known a statement: they entered it, or it was first given out to them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    truth = models.ForeignKey(LaterTruth, on_delete=models.PROTECT, related_name="shown")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["truth", "person"], name="later_truth_first_shown")]
