"""Change plans, reference sets, what was decided about them, and looks at the sets: rows are added, never changed."""

from typing import Any

from django.db import models

from webapp.archive.models import Image, Project
from webapp.change_plans.plan_body import PlanBody
from webapp.reveal.label_kind import LabelKind
from webapp.reviews.models.kept_row import AppendOnlyRow


class Decision(AppendOnlyRow):
    """How a proposal ended: once, by one person."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", "approved"
        DECLINED = "declined", "declined"
        WITHDRAWN = "withdrawn", "withdrawn"

    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True


class Proposed(AppendOnlyRow):
    """version: counts the proposals of a project. replaces: version of the one that was in force when it was proposed, 0 for none.
    sha256: of the canonical JSON of what was proposed."""

    version = models.PositiveIntegerField()
    replaces = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=500)
    sha256 = models.CharField(max_length=64)

    class Meta:
        abstract = True

    @property
    def hash(self) -> str:
        """Under which verdicts and reports name it."""
        return self.sha256

    @property
    def decided(self) -> Any:
        """The decision; None while it waits."""
        return getattr(self, "decision", None)


class ChangePlan(Proposed):
    """body: a `PlanBody` as JSON. bundle_id: the model in service when it was proposed, whose findings it names."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="change_plans")
    bundle_id = models.CharField(max_length=64)
    body = models.JSONField()

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["project", "version"], name="one_change_plan_per_version")]

    @property
    def code(self) -> str:
        """As people name it: P-4."""
        return f"P-{self.version}"

    def body_model(self) -> PlanBody:
        """What it says, as an object."""
        return PlanBody.model_validate(self.body)


class PlanDecision(Decision):
    """approved: from then on the plan is in force, until a later version is."""

    plan = models.OneToOneField(ChangePlan, on_delete=models.PROTECT, related_name="decision")


class ReferenceSet(Proposed):
    """rule: a `ReferenceRule` as JSON, its seed inside. sha256: of the rule and of every image with its labels."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="reference_sets")
    rule = models.JSONField()

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["project", "version"], name="one_reference_set_per_version")]

    @property
    def code(self) -> str:
        """As people name it: R-2."""
        return f"R-{self.version}"


class LabelOrigin(models.TextChoices):
    """What a label of a reference set may rest on. A label beside the model is none of them: it repeats the model. drawn: of a
    phantom of this program, whose truth is how it was drawn."""

    PANEL = LabelKind.PANEL.value, LabelKind.PANEL.label
    UNAIDED = LabelKind.UNAIDED.value, LabelKind.UNAIDED.label
    DRAWN = "drawn", "drawn truth of a phantom"


class ReferenceImage(AppendOnlyRow):
    """One image of a set with its labels, which stay as they were when it was chosen.

    is_positive: whether it has the first finding of the rule. stratum: values of the rule's strata, joined by `|`. probability: of
    the draw, among the labelled images. draw_probability: with which chance had asked for its unaided labels; null where people
    chose the image. pixel_sha256: of the decoded values, empty where they were not at hand. labels: list of {finding, value (0 or
    1), kind, source, boxes}, boxes in source pixels.
    """

    reference_set = models.ForeignKey(ReferenceSet, on_delete=models.PROTECT, related_name="images")
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="+")
    stored_sha256 = models.CharField(max_length=64)
    pixel_sha256 = models.CharField(max_length=64, blank=True)
    is_positive = models.BooleanField()
    stratum = models.CharField(max_length=64, blank=True)
    probability = models.FloatField()
    draw_probability = models.FloatField(null=True)
    labels = models.JSONField()

    class Meta:
        ordering = ["image_id"]
        constraints = [models.UniqueConstraint(fields=["reference_set", "image"], name="one_image_per_reference_set")]

    @property
    def weight(self) -> float:
        """Inverse of every probability that is known."""
        return 1 / (self.probability * (self.draw_probability or 1))


class ReferenceDecision(Decision):
    """approved: the set is locked, and used until a later version is."""

    reference_set = models.OneToOneField(ReferenceSet, on_delete=models.PROTECT, related_name="decision")


class ReferenceLook(AppendOnlyRow):
    """Somebody measured a candidate on the set. number: 1, 2, 3 ... of a set. key: of the measurement, so that one that is taken up
    again counts once."""

    reference_set = models.ForeignKey(ReferenceSet, on_delete=models.PROTECT, related_name="looks")
    number = models.PositiveIntegerField()
    key = models.CharField(max_length=64)
    why = models.CharField(max_length=200)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["reference_set", "number"], name="one_reference_look_per_number"),
            models.UniqueConstraint(fields=["reference_set", "key"], name="one_reference_look_per_key"),
        ]
