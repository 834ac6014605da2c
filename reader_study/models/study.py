"""The study: its state, its owner and the seed of its allocation."""

from django.conf import settings
from django.db import models

from webapp.reviews.models.kept_row import KeptRow


class Study(KeptRow):
    """One reader study. `state` moves only through services; every member has a Membership."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        OPEN = "open", "Open"
        PAUSED = "paused", "Paused"
        CLOSED = "closed", "Closed"
        LOCKED = "locked", "Locked"
        ARCHIVED = "archived", "Archived"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Kind(models.TextChoices):
        READING = "reading", "Reading study"
        FAILURE_MODE = "failure_mode", "Failure-mode study"

    UNDER_WAY = (State.OPEN, State.PAUSED, State.CLOSED)
    AFTER_LOCK = (State.LOCKED, State.ARCHIVED)

    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.READING)
    description = models.TextField(blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.DRAFT)
    state_reason = models.CharField(max_length=500, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="owned_studies")
    seed = models.PositiveBigIntegerField()
    copied_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="copies")
    allocation_sha256 = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(null=True)
    lock_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    lock_requested_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def is_locked(self) -> bool:
        return self.state in self.AFTER_LOCK
