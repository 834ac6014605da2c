"""What readers say of a model's answers. Rows are added, never changed: a correction is a new row that replaces one."""

import datetime
import uuid
from typing import Any, NoReturn, Self

from django.conf import settings
from django.db import models

from webapp.reveal.label_kind import LabelKind
from webapp.reviews.box_in_image import kept_box
from webapp.reviews.failure_scheme import FAILURE_VERDICTS, SCHEME_VERSION, SHORTCOMINGS, WITHDRAWN
from webapp.reviews.models.kept_row import AppendOnlyViolation

# Earlier versions took agreement with a refusal, and verdicts on an undecided answer: neither said yes or no.
_NO_CALL = ("refused", "uncertain")
_JUDGES = models.Q(verdict__in=FAILURE_VERDICTS) | models.Q(verdict="agree") & ~models.Q(model_decision__in=_NO_CALL)


class CaseReviewQuerySet(models.QuerySet["CaseReview"]):
    """Reviews that can be read and added, not changed."""

    def current(self) -> Self:
        """Those that no later review replaces, and that were not taken back."""
        return self.filter(replaced_by__isnull=True).exclude(verdict=WITHDRAWN.code)

    def standing(self) -> Self:
        """Answers with the corrections they went through, without those that the reader took back: as if never given."""
        withdrawn = CaseReview.objects.filter(answer=models.OuterRef("answer"), verdict=WITHDRAWN.code)
        return self.filter(~models.Exists(withdrawn))

    def current_at(self, moment: datetime.datetime) -> Self:
        """Those that were current at `moment`: what was answered, corrected or taken back since changes nothing."""
        later = CaseReview.objects.filter(replaces=models.OuterRef("pk"), created_at__lte=moment)
        return self.filter(~models.Exists(later), created_at__lte=moment).exclude(verdict=WITHDRAWN.code)

    def failures(self) -> Self:
        """Those that record a failure of the model."""
        return self.filter(verdict__in=FAILURE_VERDICTS)

    def shortcomings(self) -> Self:
        """Failures, wrong refusals, and what the model has no finding for."""
        return self.filter(verdict__in=SHORTCOMINGS)

    def judging(self) -> Self:
        """Those that say of a definite answer of the model that it was right or wrong: what its error statistics count."""
        return self.filter(_JUDGES)

    def not_judging(self) -> Self:
        """Those that the error statistics leave out."""
        return self.exclude(_JUDGES)

    def update(self, **kwargs: Any) -> NoReturn:
        """Refused: reviews are append-only."""
        raise AppendOnlyViolation(f"reviews are append-only; refused to change {sorted(kwargs)}")

    def delete(self) -> NoReturn:
        """Refused: reviews are append-only."""
        raise AppendOnlyViolation("reviews are append-only; refused to delete")


class CaseReview(models.Model):
    """One reader's verdict on one finding of one bundle in one image (studies_methods.md §9), or its withdrawal.

    `missed_other` names no finding of the bundle but a term that the bundle has no finding for.

    Box in source image pixels, corner convention: the corner of the first pixel is (0, 0).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    image = models.ForeignKey("archive.Image", on_delete=models.PROTECT, related_name="reviews")
    image_sha256 = models.CharField(max_length=64)
    prediction = models.ForeignKey("predictions.Prediction", on_delete=models.PROTECT, related_name="reviews")
    bundle_id = models.CharField(max_length=64)
    finding = models.CharField(max_length=64, blank=True)
    term = models.CharField(max_length=32, blank=True, default="", db_default="")
    terms_version = models.PositiveSmallIntegerField(null=True)
    verdict = models.CharField(max_length=16)
    confidence = models.PositiveSmallIntegerField(null=True)

    # What the model had said of this finding, so that the row explains itself when the threshold moves later.
    model_decision = models.CharField(max_length=16, blank=True)
    model_probability = models.FloatField(null=True)
    model_threshold = models.FloatField(null=True)
    model_point_version = models.PositiveIntegerField(null=True)  # of a project's point; none for the bundle's own

    scheme_version = models.PositiveSmallIntegerField(default=SCHEME_VERSION)
    outcome = models.CharField(max_length=8, blank=True)
    site = models.CharField(max_length=3, blank=True)
    laterality = models.CharField(max_length=1, blank=True)
    # What the page proposed for the place, beside what the reader chose; empty where it proposed nothing.
    proposed_site = models.CharField(max_length=3, blank=True, default="", db_default="")
    proposed_laterality = models.CharField(max_length=1, blank=True, default="", db_default="")
    cause = models.CharField(max_length=3, blank=True)
    severity = models.PositiveSmallIntegerField(null=True)
    box_x = models.FloatField(null=True)
    box_y = models.FloatField(null=True)
    box_w = models.FloatField(null=True)
    box_h = models.FloatField(null=True)
    note = models.TextField(blank=True)

    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews")
    # One to one: a row is replaced at most once, so corrections form a chain and never fork.
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")
    # Shared by an answer, its corrections and its withdrawal; whoever answers again after that begins another.
    answer = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)
    idempotency_key = models.CharField(max_length=64)
    request_sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CaseReviewQuerySet.as_manager()

    class Meta:
        db_table = "reader_study_casereview"  # where the rows lay before reviews had a room of their own
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["reader", "idempotency_key"], name="one_review_per_reader_and_key"),
        ]
        indexes = [
            models.Index(fields=["image", "-created_at"], name="reader_stud_image_i_7f9570_idx"),
            models.Index(fields=["verdict", "-created_at"], name="reader_stud_verdict_0bd576_idx"),
            models.Index(fields=["created_at"], name="review_created"),  # for a look for changes
            models.Index(fields=["site", "image"], name="review_site"),  # for the worklist's filter by site
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.finding} {self.id}"

    @property
    def kind(self) -> LabelKind:
        """What a label made of it is. Aided, always: a verdict on what the model says is given beside it, also after a first look;
        and a personal "look first" leaves no record of when the model was seen."""
        return LabelKind.AIDED

    @property
    def box(self) -> dict[str, float] | None:
        """The reader's box as {x, y, w, h}, or None."""
        return kept_box(self.box_x, self.box_y, self.box_w, self.box_h)

    @property
    def judges_the_model(self) -> bool:
        """As CaseReviewQuerySet.judging()."""
        return self.verdict in FAILURE_VERDICTS or (self.verdict == "agree" and self.model_decision not in _NO_CALL)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Adds the row; raises AppendOnlyViolation when it exists already."""
        if not self._state.adding:
            raise AppendOnlyViolation(f"review {self.id} is append-only: add one that replaces it")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: reviews are append-only."""
        raise AppendOnlyViolation(f"review {self.id} is append-only: it cannot be deleted")
