"""Case mixes: rows are added, never changed; the newest of a project counts."""

from django.db import models

from webapp.archive.models import Project
from webapp.reviews.models.kept_row import AppendOnlyRow


class CaseMix(AppendOnlyRow):
    """Who comes to a project. prevalences: by finding key, 0 to 1, of images like those that its model reads; a finding without one
    is not there. images_a_day: None where it is not known. source: where the figures come from, in the words of who stated them."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="case_mixes")
    prevalences = models.JSONField(default=dict)
    images_a_day = models.PositiveIntegerField(null=True)
    source = models.CharField(max_length=200)

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["project", "-created_at"], name="case_mix_of_project")]
