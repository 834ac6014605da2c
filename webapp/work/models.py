"""Jobs. The row is the truth; the broker only wakes (jobs.md)."""

import uuid

from django.db import models
from django.utils import timezone


class Job(models.Model):
    """One piece of work for a worker process. All changes of `state` are conditional UPDATEs in work/jobs/."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    UNFINISHED = (State.QUEUED, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=32)
    payload = models.JSONField(default=dict, help_text="ids only, never patient data")
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    priority = models.SmallIntegerField(default=0, help_text="higher runs first")
    attempts = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True, help_text="backoff: not claimed earlier")
    last_wake = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    waiting_for = models.CharField(max_length=400, blank=True, help_text="why a queued job cannot run yet")
    worker = models.CharField(max_length=128, blank=True, help_text="host and process of the last claim")
    error_code = models.CharField(max_length=64, blank=True)
    error_text = models.CharField(max_length=500, blank=True)
    idempotency_key = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "predictions_job"  # jobs were rows of predictions once
        # A look for changes asks each second for those since the last: by each of the times a job carries.
        indexes = [
            models.Index(fields=["state", "-priority", "created_at"], name="job_queue_order"),
            models.Index(fields=["created_at"], name="job_created"),
            models.Index(fields=["started_at"], name="job_started"),
            models.Index(fields=["finished_at"], name="job_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id} ({self.state})"


class WriteTrial(models.Model):
    """One row, written again and again: that it can be is what readiness asks."""

    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"last written {self.at}"
