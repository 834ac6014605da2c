"""That scores were withheld, and that this was lifted: rows are added, never changed."""

from django.db import models

from webapp.archive.models import Project
from webapp.reviews.models.kept_row import AppendOnlyRow


class Withholding(AppendOnlyRow):
    """From `created_at` nobody is shown a score, map or box of the project's images.

    number: 1, 2, 3 ... of a project, so that a clock that was set back changes no order. rule, plan: as people name them, S2 and
    P-4. created_by: nobody, where a rule did it.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="withholdings")
    number = models.PositiveIntegerField()
    rule = models.CharField(max_length=16)
    plan = models.CharField(max_length=16)
    why = models.CharField(max_length=500)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="one_withholding_per_number")]
        # Every process with an open list asks each second what is new (webapp/viewer/worklist/changes.py).
        indexes = [models.Index(fields=["created_at"], name="withholding_by_moment")]


class WithholdingLift(AppendOnlyRow):
    """A named person ended it, once, with a reason."""

    withholding = models.OneToOneField(Withholding, on_delete=models.PROTECT, related_name="lift")
    reason = models.CharField(max_length=500)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="withholding_lift_by_moment")]
