"""What somebody asked to be trained (kept as it was asked), and how far it has come."""

from typing import Any

from django.db import models

from webapp.archive.models import Project
from webapp.deployments.models import DeployedBundle
from webapp.reviews.models.kept_row import AppendOnlyRow
from webapp.work.models import Job


class Retraining(AppendOnlyRow):
    """number: T-1, T-2 ... of the site. recipe: a key of RECIPES. takes_reviewed, folders, phantoms: the data: reviewed
    cases of the project, names of registered folders, how many phantoms are drawn to train on. aided_weight: of labels given beside
    a model."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="retrainings")
    number = models.PositiveIntegerField(unique=True)
    base = models.ForeignKey(DeployedBundle, on_delete=models.PROTECT, related_name="+")
    recipe = models.CharField(max_length=32)
    takes_reviewed = models.BooleanField(default=True)
    folders = models.JSONField(default=list)
    phantoms = models.PositiveIntegerField(default=0)
    aided_weight = models.FloatField(default=0.5)

    class Meta:
        ordering = ["-number"]

    @property
    def name(self) -> str:
        """As people call it."""
        return f"T-{self.number}"


class RetrainingRun(models.Model):
    """How far a retraining is; changed as it goes. data_card: what it trains on, once that is written. bundle: what came of it."""

    retraining = models.OneToOneField(Retraining, on_delete=models.PROTECT, primary_key=True, related_name="run")
    job = models.OneToOneField(Job, on_delete=models.SET_NULL, null=True, related_name="+")
    device = models.CharField(max_length=32, blank=True)
    data_card: Any = models.JSONField(default=dict)
    bundle = models.ForeignKey(DeployedBundle, on_delete=models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"run of {self.retraining.name}"

    @property
    def state(self) -> str:
        """Of the job; one without a job row was over before that row was cleaned away."""
        if self.bundle_id is not None:  # type: ignore[attr-defined]
            return Job.State.SUCCEEDED
        return self.job.state if self.job else Job.State.FAILED


class TrainedOn(AppendOnlyRow):
    """Whom a retraining learnt from, kept when its data were written. patients: keyed hashes (reader_study.patient_key). files:
    SHA-256 of their images that were exported, as sent and as stored. failures: [image, finding] of each label in it that tells
    where a model had been wrong."""

    retraining = models.OneToOneField(Retraining, on_delete=models.PROTECT, related_name="trained_on")
    patients = models.JSONField(default=list)
    files = models.JSONField(default=list)
    failures = models.JSONField(default=list)
