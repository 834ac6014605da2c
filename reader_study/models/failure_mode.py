"""Failures of a model to be coded, and the codes that readers gave them (studies_methods.md §9)."""

from django.conf import settings
from django.db import models

from reader_study.models.case import Case
from reader_study.models.reading import Reading
from reader_study.models.study import Study
from webapp.reviews.failure_scheme import SCHEME_VERSION
from webapp.reviews.models.kept_row import AppendOnlyRow


class FailureItem(AppendOnlyRow):
    """One failure found by comparing a bundle's output at an operating point with truth. Boxes in source pixels."""

    class PointOf(models.TextChoices):
        """Whose operating point the failure was found at. Items of before this was kept say nothing."""

        BUNDLE = "bundle", "the bundle’s own"
        PROJECT = "project", "approved in the project"
        PROTOCOL = "protocol", "set in the protocol"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="failure_items")
    bundle_id = models.CharField(max_length=64)
    finding = models.SlugField(max_length=64)
    outcome = models.CharField(max_length=8)
    probability = models.FloatField()
    threshold = models.FloatField()
    point_of = models.CharField(max_length=8, choices=PointOf.choices, blank=True)
    point_version = models.PositiveIntegerField(
        null=True,
        help_text="version of the project's point at which the model's word was said; null: none, or not kept",
    )
    predicted_boxes = models.JSONField(default=list)
    truth_boxes = models.JSONField(default=list)
    missed_region = models.JSONField(null=True, help_text="the truth region that a wrong box missed")
    centre_distance_px = models.FloatField(null=True)
    centre_distance_share = models.FloatField(null=True, help_text="of the image width")

    class Meta:
        ordering = ["case__code", "finding", "outcome"]
        constraints = [
            models.UniqueConstraint(fields=["case", "bundle_id", "finding", "outcome"], name="one_item_per_failure")
        ]


class FailureMode(AppendOnlyRow):
    """A coded failure. A correction names the row that it replaces; study and reading are null in clinical review."""

    image_sha256 = models.CharField(max_length=64)
    bundle_id = models.CharField(max_length=64)
    finding = models.SlugField(max_length=64)
    study = models.ForeignKey(Study, on_delete=models.PROTECT, null=True, related_name="failure_modes")
    reading = models.ForeignKey(Reading, on_delete=models.PROTECT, null=True, related_name="failure_modes")
    item = models.ForeignKey(FailureItem, on_delete=models.PROTECT, null=True, related_name="codings")
    outcome = models.CharField(max_length=8)
    actor = models.CharField(max_length=16, default="model")
    site = models.CharField(max_length=3)
    laterality = models.CharField(max_length=1)
    cause = models.CharField(max_length=3)
    severity = models.PositiveSmallIntegerField()
    region = models.JSONField(null=True)
    confidence = models.PositiveSmallIntegerField(null=True)
    note = models.TextField(blank=True)
    coder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="failure_codings")
    is_adjudication = models.BooleanField(default=False)
    attendees = models.JSONField(default=list)
    scheme_version = models.PositiveSmallIntegerField(default=SCHEME_VERSION)
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")

    class Meta:
        ordering = ["created_at"]
