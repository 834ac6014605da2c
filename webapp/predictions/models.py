"""Jobs and predictions. The job row is the truth; the broker only wakes (ingest_and_jobs.md, section 9)."""

import uuid

from django.db import models
from django.utils import timezone

from webapp.archive.models import Image


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
        indexes = [models.Index(fields=["state", "-priority", "created_at"], name="job_queue_order")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id} ({self.state})"


class Prediction(models.Model):
    """What one bundle said about one image. Created with its job, filled in the transaction that closes the job."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="predictions")
    job = models.OneToOneField(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="prediction")
    bundle_id = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the bundle that ran")
    bundle_name = models.CharField(max_length=100, blank=True)
    bundle_version = models.CharField(max_length=40, blank=True)
    provider = models.CharField(max_length=64, blank=True)
    document = models.JSONField(default=dict, blank=True, help_text="Explanation.document()")
    # Copies of the document's most suspicious finding, so that the worklist sorts and filters in the database.
    highest_finding = models.CharField(max_length=64, blank=True)
    highest_probability = models.FloatField(null=True, blank=True)
    highest_decision = models.CharField(max_length=16, blank=True)
    maps_key = models.CharField(max_length=100, blank=True, help_text="stem of the map files, holds the lease token")
    maps_sha256 = models.JSONField(default=dict, blank=True, help_text="SHA-256 of each map file, by kind")
    image_sha256 = models.CharField(max_length=64, blank=True, help_text="stored bytes that the model saw")
    input_sha256 = models.CharField(max_length=64, blank=True, help_text="input tensor that the model saw")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["image", "-created_at"], name="prediction_of_image")]

    def __str__(self) -> str:
        return f"prediction {self.id}"

    @property
    def state(self) -> str:
        """The state of the job; a prediction without a job row was finished before that row was cleaned away."""
        return self.job.state if self.job else Job.State.SUCCEEDED
