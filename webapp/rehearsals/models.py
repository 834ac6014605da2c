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


class MissMap(AppendOnlyRow):
    """What one bundle's first map shows of a finding that the candidate alone misses.

    values: float32 little-endian [rows, columns]. region: x0, y0, x1, y1 of the map in source pixels. boxes: of this map, {x, y, w,
    h, rule}. method: how it was made, in words. why_none: a sentence, where there is no map.
    """

    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.PROTECT, related_name="maps")
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="+")
    finding = models.CharField(max_length=64)
    bundle_id = models.CharField(max_length=64)
    method = models.CharField(max_length=128, blank=True)
    rows = models.PositiveIntegerField(default=0)
    columns = models.PositiveIntegerField(default=0)
    values = models.BinaryField(default=b"")
    region = models.JSONField(default=list)
    threshold = models.FloatField(default=0.0)
    boxes = models.JSONField(default=list)
    why_none = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rehearsal", "image", "finding", "bundle_id"], name="one_map_per_miss_and_bundle"
            )
        ]


class ReplayedCase(AppendOnlyRow):
    """A reviewed case outside the reference set that both bundles answer after the verdict, with what was known of it then.

    labels: list of {finding, value (1, 0 or -1), kind, weight}. failures: list of {finding, verdict, words}, in the words of the
    failure scheme. learnt: findings of failures that the candidate was trained on. is_trained: its patient trained it.
    """

    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.PROTECT, related_name="replayed")
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="+")
    stored_sha256 = models.CharField(max_length=64)
    labels = models.JSONField()
    failures = models.JSONField(default=list)
    learnt = models.JSONField(default=list)
    is_trained = models.BooleanField(default=False)

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["rehearsal", "image"], name="one_replayed_case_per_image")]


class ReplayFault(AppendOnlyRow):
    """A reviewed case that one bundle could not answer. round: how often all that failed had been tried again by then."""

    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.PROTECT, related_name="faults")
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="+")
    bundle_id = models.CharField(max_length=64)
    round = models.PositiveIntegerField()
    code = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rehearsal", "image", "bundle_id", "round"], name="one_fault_per_case_bundle_and_round"
            )
        ]


class ReplayRetry(AppendOnlyRow):
    """An admin asked that all reviewed cases that failed be tried again."""

    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.PROTECT, related_name="retries")


class ReplayReport(AppendOnlyRow):
    """What the reviewed cases tell, once each was tried; one more after each retry. It decides no gate."""

    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.PROTECT, related_name="replays")
    round = models.PositiveIntegerField()
    report = models.JSONField()

    class Meta:
        ordering = ["-round"]
        constraints = [models.UniqueConstraint(fields=["rehearsal", "round"], name="one_replay_report_per_round")]


class MissTick(AppendOnlyRow):
    """A person has looked at a finding that the model in service found and the candidate misses, and says why it may be so."""

    rehearsal = models.ForeignKey(Rehearsal, on_delete=models.PROTECT, related_name="ticks")
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="+")
    finding = models.CharField(max_length=64)
    reason = models.CharField(max_length=500)

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["rehearsal", "image", "finding"], name="one_tick_per_miss")]
