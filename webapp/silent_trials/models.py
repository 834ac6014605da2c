"""A silent trial, what either model said of each new image, how it ended, and what came of it. Of the candidate this is the only
place: no page, list, export or count of predictions can reach it."""

from django.db import models

from webapp.archive.models import Image, Project
from webapp.change_plans.models import ChangePlan
from webapp.rehearsals.models import Rehearsal
from webapp.reviews.models.kept_row import AppendOnlyRow
from webapp.work.models import Job


class SilentTrial(AppendOnlyRow):
    """number: 1, 2, 3 ... of the site. service_number: of the last change of service when it began; a later one ends it.
    least_images, most_days: of the plan, whose hash then is kept."""

    number = models.PositiveIntegerField(unique=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="silent_trials")
    plan = models.ForeignKey(ChangePlan, on_delete=models.PROTECT, related_name="silent_trials")
    plan_sha256 = models.CharField(max_length=64)
    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.PROTECT, related_name="silent_trials")
    candidate_id = models.CharField(max_length=64)
    in_service_id = models.CharField(max_length=64)
    service_number = models.PositiveIntegerField()
    least_images = models.PositiveIntegerField()
    most_days = models.PositiveIntegerField()

    class Meta:
        ordering = ["-number"]

    @property
    def code(self) -> str:
        """As people name it."""
        return f"silent trial {self.number}"

    @property
    def bundles(self) -> tuple[str, str]:
        """Ids: in service, candidate."""
        return self.in_service_id, self.candidate_id


class SilentCase(AppendOnlyRow):
    """One new image, and what the model in service said of it, kept in the transaction that stored its result.

    findings: key -> {probability, flagged}, empty where it refused. reasons: names of the checks that refused the image. seconds:
    of the model's run.
    """

    trial = models.ForeignKey(SilentTrial, on_delete=models.PROTECT, related_name="cases")
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="+")
    job = models.OneToOneField(Job, on_delete=models.SET_NULL, null=True, related_name="silent_case")
    findings = models.JSONField()
    is_refused = models.BooleanField()
    reasons = models.JSONField(default=list)
    seconds = models.FloatField()

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["trial", "image"], name="one_silent_case_per_image")]


class SilentAnswer(AppendOnlyRow):
    """What the candidate said of it, once; columns as above. reasons may be `not_finite`: it gave no usable numbers."""

    case = models.OneToOneField(SilentCase, on_delete=models.PROTECT, related_name="answer")
    findings = models.JSONField()
    is_refused = models.BooleanField()
    reasons = models.JSONField(default=list)
    seconds = models.FloatField()
    input_sha256 = models.CharField(max_length=64)


class EndedWorker(AppendOnlyRow):
    """A worker that ended while the candidate ran, or was loaded, for the trial. mark: of its process, so that it counts once."""

    trial = models.ForeignKey(SilentTrial, on_delete=models.PROTECT, related_name="ended_workers")
    mark = models.UUIDField()
    jobs = models.JSONField(default=list)

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["trial", "mark"], name="one_ended_worker_per_mark")]


class SilentEnd(AppendOnlyRow):
    """Why it ended, once: by its rule, by what changed meanwhile, or by a person, who is then named."""

    class Code(models.TextChoices):
        IMAGES = "images", "all images came"
        DAYS = "days", "the days are over"
        PERSON = "person", "ended by a person"
        MODEL_CHANGED = "model_changed", "another model in service"
        POINTS_CHANGED = "points_changed", "an operating point changed"
        PLAN_CHANGED = "plan_changed", "the plan changed"
        CANDIDATE = "candidate", "the candidate cannot be run"

    trial = models.OneToOneField(SilentTrial, on_delete=models.PROTECT, related_name="end")
    code = models.CharField(max_length=16, choices=Code.choices)
    text = models.CharField(max_length=600)

    @property
    def is_complete(self) -> bool:
        """It has the images that the plan asks for: what activation waits for."""
        return self.code == self.Code.IMAGES


class SilentReport(AppendOnlyRow):
    """Figures of what came until the end, computed once."""

    trial = models.OneToOneField(SilentTrial, on_delete=models.PROTECT, related_name="report")
    report = models.JSONField()
