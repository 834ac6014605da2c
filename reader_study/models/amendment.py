"""Changes after opening, departures from the protocol, and the results of each version."""

from django.conf import settings
from django.db import models

from reader_study.models.reading import Reading
from reader_study.models.session import ReadingSession
from reader_study.models.study import Study
from webapp.reviews.models.kept_row import AppendOnlyRow, KeptRow


class Amendment(KeptRow):
    """A change that one person proposes and another approves."""

    class Kind(models.TextChoices):
        STATISTICS = "statistics", "Statistics plan"
        TRUTH = "truth", "Truth of a case"
        VOID_CASE = "void_case", "Case left out"
        REPLACE_READER = "replace_reader", "Replacement reader"
        WASHOUT = "washout", "Washout"

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    reason = models.TextField()
    change = models.JSONField()
    before_sha256 = models.CharField(max_length=64, blank=True)
    after_sha256 = models.CharField(max_length=64, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    effective_from = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["study", "number"], name="one_amendment_per_number"),
            models.CheckConstraint(
                condition=models.Q(approved_by=None) | ~models.Q(approved_by=models.F("by")),
                name="approver_is_not_author",
            ),
        ]


class Deviation(AppendOnlyRow):
    """A departure from the protocol."""

    class Code(models.TextChoices):
        LATE_READ = "late_read", "Read late"
        REOPENED = "reopened", "Reopened"
        WASHOUT_OVERRIDE = "washout_override", "Washout overridden"
        WRONG_DISPLAY = "wrong_display", "Wrong display"
        CLOCK = "clock", "Clock"
        INTERRUPTED = "interrupted", "Interrupted"
        AUTHOR_OF_TRUTH = "author_of_truth", "Author of truth"
        HIDDEN_IMAGE = "hidden_image", "Hidden image sent or asked for"
        OTHER = "other", "Other"

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="deviations")
    session = models.ForeignKey(ReadingSession, on_delete=models.PROTECT, null=True, related_name="deviations")
    reading = models.ForeignKey(Reading, on_delete=models.PROTECT, null=True, related_name="deviations")
    code = models.CharField(max_length=20, choices=Code.choices)
    text = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["created_at"]


class ResultSet(AppendOnlyRow):
    """The results of one version of the study, with the hash of what they were computed from."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="result_sets")
    number = models.PositiveSmallIntegerField()
    amendment = models.OneToOneField(Amendment, on_delete=models.PROTECT, null=True, related_name="result_set")
    document = models.JSONField()
    input_sha256 = models.CharField(max_length=64)
    code_version = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["study", "number"], name="one_result_set_per_number")]
