"""Draws and first looks: rows are added, never changed."""

from django.conf import settings
from django.db import models

from webapp.archive.models import Image
from webapp.reveal.answer_row import AnswerRow
from webapp.reveal.label_kind import LabelKind
from webapp.reviews.box_in_image import kept_box
from webapp.reviews.models.kept_row import AppendOnlyRow


class SentinelDraw(AppendOnlyRow):
    """What chance decided about one image when it arrived. probability: of being drawn, the project's share at that moment, 0 to 1.
    Images from before there were draws have no row: their model was open to everybody."""

    image = models.OneToOneField(Image, on_delete=models.CASCADE, related_name="sentinel_draw")
    probability = models.FloatField()
    is_drawn = models.BooleanField()

    class Meta:
        indexes = [models.Index(fields=["image"], condition=models.Q(is_drawn=True), name="sentinel_drawn")]


class FirstLook(AppendOnlyRow, AnswerRow):
    """How one reader's waiting for the model of a drawn image ended: answered (locked, with its answers), or shown without an
    answer for a reason. ai_revealed_at: from when on the model's output was open to the reader. was_shown_elsewhere: a study had
    shown it to the reader before, so that the answer is not one from before the model."""

    class Reason(models.TextChoices):
        URGENT = "urgent", "It is urgent"
        SEEN = "seen", "I have seen this image before"
        OTHER = "other", "Another reason"

    draw = models.ForeignKey(SentinelDraw, on_delete=models.PROTECT, related_name="looks")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="first_looks")
    image_sha256 = models.CharField(max_length=64)
    bundle_id = models.CharField(max_length=64, blank=True)  # whose findings were asked
    broken = models.CharField(max_length=16, choices=Reason.choices, blank=True)
    was_shown_elsewhere = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["draw", "reader"], name="one_first_look_per_reader"),
            models.CheckConstraint(
                condition=models.Q(locked_at__isnull=False, broken="")
                | models.Q(locked_at=None) & ~models.Q(broken=""),
                name="first_look_answered_or_broken",
            ),
        ]

    @property
    def kind(self) -> LabelKind:
        """What a label made of the answers is."""
        return LabelKind.AIDED if self.was_shown_elsewhere else LabelKind.UNAIDED


class FirstAnswer(AppendOnlyRow):
    """What the reader said of one finding before the model was shown. Box in source image pixels, corner convention."""

    class Says(models.TextChoices):
        PRESENT = "present", "present"
        ABSENT = "absent", "absent"
        CANNOT_JUDGE = "cannot_judge", "cannot say"

    look = models.ForeignKey(FirstLook, on_delete=models.PROTECT, related_name="answers")
    finding = models.CharField(max_length=64)
    says = models.CharField(max_length=16, choices=Says.choices)
    confidence = models.PositiveSmallIntegerField(null=True)
    box_x = models.FloatField(null=True)
    box_y = models.FloatField(null=True)
    box_w = models.FloatField(null=True)
    box_h = models.FloatField(null=True)

    class Meta:
        ordering = ["finding"]
        constraints = [models.UniqueConstraint(fields=["look", "finding"], name="one_first_answer_per_finding")]

    @property
    def box(self) -> dict[str, float] | None:
        """{x, y, w, h}, or None."""
        return kept_box(self.box_x, self.box_y, self.box_w, self.box_h)
