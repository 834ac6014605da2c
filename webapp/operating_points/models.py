"""Case mixes, proposed operating points and what was decided about them: rows are added, never changed."""

from django.db import models

from webapp.archive.models import Project
from webapp.reviews.models.kept_row import AppendOnlyRow


class CaseMix(AppendOnlyRow):
    """Who comes to a project; the newest of a project counts. prevalences: by finding key, 0 to 1, of images like those that its
    model reads; a finding without one is not there. images_a_day: None where it is not known. source: where the figures come from,
    in the words of who stated them."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="case_mixes")
    prevalences = models.JSONField(default=dict)
    images_a_day = models.PositiveIntegerField(null=True)
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["project", "-created_at"], name="case_mix_of_project")]


class PointProposal(AppendOnlyRow):
    """One point of a bundle's measured curve that a manager wants for a finding of a project. version: counts the proposals of a
    project. sensitivity, specificity: as measured there {value, ci, n}. replaces: version of the approved point that was in force
    when it was proposed, 0 for the bundle's own; threshold_before: of that point."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="point_proposals")
    version = models.PositiveIntegerField()
    bundle_id = models.CharField(max_length=64)
    finding = models.CharField(max_length=64)
    threshold = models.FloatField()
    threshold_before = models.FloatField()
    replaces = models.PositiveIntegerField(default=0)
    sensitivity = models.JSONField()
    specificity = models.JSONField()
    reason = models.CharField(max_length=500)

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["project", "version"], name="one_point_proposal_per_version")]


class PointDecision(AppendOnlyRow):
    """How a proposal ended: once, by one person."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", "approved"
        DECLINED = "declined", "declined"
        WITHDRAWN = "withdrawn", "withdrawn"

    proposal = models.OneToOneField(PointProposal, on_delete=models.PROTECT, related_name="decision")
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-created_at"]
