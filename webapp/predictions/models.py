"""What bundles said about images."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from webapp.archive.models import Image
from webapp.work.models import Job


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
        indexes = [
            models.Index(fields=["image", "-created_at"], name="prediction_of_image"),
            models.Index(fields=["created_at"], name="prediction_created"),  # these two: for a look for changes
            models.Index(fields=["finished_at"], name="prediction_finished"),
        ]

    def __str__(self) -> str:
        return f"prediction {self.id}"

    @property
    def state(self) -> str:
        """The state of the job; a prediction without a job row was finished before that row was cleaned away."""
        return self.job.state if self.job else Job.State.SUCCEEDED


class ResultEmbedding(models.Model):
    """The model's embedding of the image, which the gate judged by, kept to see what comes in move. values: float32, little-endian.
    Results from before it was kept have none."""

    prediction = models.OneToOneField(Prediction, on_delete=models.CASCADE, primary_key=True, related_name="embedding")
    width = models.PositiveIntegerField()
    values = models.BinaryField()

    def __str__(self) -> str:
        return f"embedding of {self.prediction_id}"  # type: ignore[attr-defined]


class Reproduction(models.Model):
    """A result computed once more, beside it: how far the numbers and maps are from what is stored, which stays as it is. Created
    with its job, filled in the transaction that closes the job."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    prediction = models.ForeignKey(Prediction, on_delete=models.PROTECT, related_name="reproductions")
    job = models.OneToOneField(Job, on_delete=models.SET_NULL, null=True, blank=True, related_name="reproduction")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    provider = models.CharField(max_length=64, blank=True)
    comparisons = models.JSONField(default=list, blank=True, help_text="Comparison.document() of each output")
    is_within = models.BooleanField(null=True, blank=True, help_text="each difference within its tolerance")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"reproduction {self.id}"

    @property
    def state(self) -> str:
        """As of a prediction."""
        return self.job.state if self.job else Job.State.SUCCEEDED
