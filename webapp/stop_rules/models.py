"""What the rules read, when one fired, and who lifted it: rows are added, never changed."""

from django.db import models

from webapp.archive.models import Project
from webapp.change_plans.models import ChangePlan
from webapp.reviews.models.kept_row import AppendOnlyRow
from webapp.withholding.models import Withholding


class Evaluation(AppendOnlyRow):
    """One reading of one rule, kept when its state changed and once an hour.

    rule: 1, 2, 3 ... in the plan. number: 1, 2, 3 ... of a rule, so that a clock that was set back changes no order. bundle_id: the
    model in service then. value: in the signal's unit, null where why_not says why there is none. low, high: its 95 % interval.
    """

    class State(models.TextChoices):
        WITHIN = "within", "within its limit"
        BEYOND = "beyond", "beyond its limit"
        TOO_FEW = "too_few", "not enough cases"
        NO_VALUE = "no_value", "no value"

    plan = models.ForeignKey(ChangePlan, on_delete=models.PROTECT, related_name="+")
    rule = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=16, choices=State.choices)
    bundle_id = models.CharField(max_length=64, blank=True)
    value = models.FloatField(null=True)
    n = models.PositiveIntegerField()
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    limit = models.FloatField()
    why_not = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["plan", "rule", "number"], name="one_evaluation_per_number")]


class Firing(AppendOnlyRow):
    """A rule fired: once, until a person lifts it. number: 1, 2, 3 ... of a rule. did: what happened, in words."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(ChangePlan, on_delete=models.PROTECT, related_name="+")
    rule = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    evaluation = models.OneToOneField(Evaluation, on_delete=models.PROTECT, related_name="firing")
    action = models.CharField(max_length=16)
    did = models.CharField(max_length=500)
    withholding = models.OneToOneField(Withholding, on_delete=models.PROTECT, null=True, related_name="firing")

    class Meta:
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["plan", "rule", "number"], name="one_firing_per_number")]

    @property
    def code(self) -> str:
        """As people name the rule: S2."""
        return f"S{self.rule}"


class FiringLift(AppendOnlyRow):
    """A named person lifted it, once, with a reason."""

    firing = models.OneToOneField(Firing, on_delete=models.PROTECT, related_name="lift")
    after = models.PositiveIntegerField(help_text="number of the rule's last evaluation when it was lifted")
    reason = models.CharField(max_length=500)
