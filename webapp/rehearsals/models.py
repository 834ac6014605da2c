"""A rehearsal, what either model said of each case, how it ended, and who looked at what the candidate alone misses."""

from django.db import models

from webapp.archive.models import Image, Project
from webapp.change_plans.models import ChangePlan, ReferenceSet
from webapp.reviews.models.kept_row import AppendOnlyRow


class Rehearsal(AppendOnlyRow):
    """number: 1, 2, 3 ... of the site. The hashes are those that plan and set had when it was asked for."""

    number = models.PositiveIntegerField(unique=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="rehearsals")
    plan = models.ForeignKey(ChangePlan, on_delete=models.PROTECT, related_name="rehearsals")
    plan_sha256 = models.CharField(max_length=64)
    reference_set = models.ForeignKey(ReferenceSet, on_delete=models.PROTECT, related_name="rehearsals")
    reference_sha256 = models.CharField(max_length=64)
    candidate_id = models.CharField(max_length=64)
    in_service_id = models.CharField(max_length=64)

    class Meta:
        ordering = ["-number"]

    @property
    def code(self) -> str:
        """As people name it."""
        return f"rehearsal {self.number}"

    @property
    def bundles(self) -> tuple[str, str]:
        """Ids: in service, candidate."""
        return self.in_service_id, self.candidate_id


class CaseOutput(AppendOnlyRow):
    """What one bundle said of one image, once. findings: key -> {probability, flagged, pointed}; pointed is null without a box.

    is_refused: it gave no number; why: the code of a fault of the run, else empty. seconds: of the model's run.
    """

    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.PROTECT, related_name="outputs")
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="+")
    bundle_id = models.CharField(max_length=64)
    findings = models.JSONField()
    is_refused = models.BooleanField()
    why = models.CharField(max_length=64, blank=True)
    seconds = models.FloatField()
    input_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(fields=["rehearsal", "image", "bundle_id"], name="one_output_per_case_and_bundle")
        ]


class RehearsalVerdict(AppendOnlyRow):
    """Computed once, when all outputs are there. report: gates, flips, reliability, new false negatives."""

    rehearsal = models.OneToOneField(Rehearsal, on_delete=models.PROTECT, related_name="verdict")
    look = models.PositiveIntegerField()
    passed = models.BooleanField()
    report = models.JSONField()
    plan_sha256 = models.CharField(max_length=64)
    reference_sha256 = models.CharField(max_length=64)


class RehearsalStop(AppendOnlyRow):
    """It ended without a verdict: code, and the sentence that names what stood in the way."""

    rehearsal = models.OneToOneField(Rehearsal, on_delete=models.PROTECT, related_name="stop")
    code = models.CharField(max_length=64)
    text = models.CharField(max_length=500)


class MissTick(AppendOnlyRow):
    """A person has looked at a finding that the model in service found and the candidate misses, and says why it may be so."""

    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.PROTECT, related_name="ticks")
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="+")
    finding = models.CharField(max_length=64)
    reason = models.CharField(max_length=500)

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["rehearsal", "image", "finding"], name="one_tick_per_miss")]
