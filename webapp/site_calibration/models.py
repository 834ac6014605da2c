"""What somebody asked to be refitted on which labels, what the network said of each image, and how it ended."""

from typing import Any

from django.db import models

from webapp.archive.models import Image, Project
from webapp.deployments.models import DeployedBundle
from webapp.reviews.models.kept_row import AppendOnlyRow


class SiteCalibration(AppendOnlyRow):
    """number: 1, 2, 3 ... of the site. labels: [image, finding, 1 or 0, weight] as they were when it was asked for: what is said
    since is not in it. left_out: how many labels were not taken, by reason."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="site_calibrations")
    number = models.PositiveIntegerField(unique=True)
    base = models.ForeignKey(DeployedBundle, on_delete=models.PROTECT, related_name="+")
    labels: Any = models.JSONField()
    left_out: Any = models.JSONField(default=dict)

    class Meta:
        ordering = ["-number"]

    @property
    def code(self) -> str:
        """As people call it."""
        return f"C-{self.number}"


class SiteScore(AppendOnlyRow):
    """logits: finding -> what the network of the base said of the image; empty where its gate refused the image, or it gave no
    number."""

    calibration = models.ForeignKey(SiteCalibration, on_delete=models.PROTECT, related_name="scores")
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="+")
    logits: Any = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calibration", "image"], name="one_site_score_per_image")]


class SiteCalibrationEnd(AppendOnlyRow):
    """bundle: what came of it, None where no finding could be refitted. report: by finding. patients, files: hashes of those whose
    labels were used (webapp.retraining.trained_on): they do not test this bundle."""

    calibration = models.OneToOneField(SiteCalibration, on_delete=models.PROTECT, related_name="end")
    bundle = models.ForeignKey(DeployedBundle, on_delete=models.PROTECT, null=True, related_name="+")
    report: Any = models.JSONField()
    patients: Any = models.JSONField(default=list)
    files: Any = models.JSONField(default=list)
