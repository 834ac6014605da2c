"""An arm: what readers are shown beside the image."""

from django.db import models

from reader_study.models.study import Study
from reader_study.protocol_model import ArmKind
from webapp.reviews.models.kept_row import KeptRow


class Arm(KeptRow):
    """One condition of reading. Aided arms pin one bundle id (model and calibration); unaided ones show no AI."""

    Kind = ArmKind

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="arms")
    code = models.CharField(max_length=16)
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.label) for kind in ArmKind])
    label = models.CharField(max_length=60, help_text="neutral: readers see this one")
    ai_layers = models.JSONField(default=list)
    bundle_id = models.CharField(max_length=64, blank=True)
    thresholds = models.JSONField(default=dict)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["study", "code"], name="one_arm_per_code")]

    @property
    def stages(self) -> tuple[str, ...]:
        """Stages of a reading in this arm, in order."""
        return ArmKind(self.kind).stages

    def test_name(self, stage: str) -> str:
        """Name of the test in results: the arm's code, with the stage where there are two."""
        return f"{self.code}.{stage}" if len(self.stages) > 1 else self.code
