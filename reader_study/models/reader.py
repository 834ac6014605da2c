"""Who takes part in a study: members by role, and readers under a code."""

from django.conf import settings
from django.db import models

from reader_study.models.study import Study
from webapp.reviews.models.kept_row import KeptRow


class Membership(KeptRow):
    """A person's role in one study, until `ended_at`. Site roles give no right inside a study."""

    class Role(models.TextChoices):
        MANAGER = "manager", "Manager"
        READER = "reader", "Reader"
        PANEL = "panel", "Panel member"
        STATISTICIAN = "statistician", "Statistician"
        AUDITOR = "auditor", "Auditor"

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="study_memberships")
    role = models.CharField(max_length=16, choices=Role.choices)
    is_chair = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "user", "role"], condition=models.Q(ended_at=None), name="one_current_role_per_person"
            )
        ]


class Reader(KeptRow):
    """A reader of one study. Exports carry the code only."""

    class State(models.TextChoices):
        ACTIVE = "active", "Active"
        WITHDRAWN = "withdrawn", "Withdrawn"

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="readers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reader_in")
    code = models.CharField(max_length=8)
    years = models.PositiveSmallIntegerField(null=True, help_text="years of reading chest radiographs")
    subspecialty = models.CharField(max_length=80, blank=True)
    group = models.CharField(max_length=16, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ACTIVE)
    state_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["study", "user"], name="one_reader_per_person_and_study"),
            models.UniqueConstraint(fields=["study", "code"], name="one_reader_per_code"),
        ]
