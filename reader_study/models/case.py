"""Cases of a study and the frozen output of the models for them."""

from django.db import models

from reader_study.models.study import Study
from webapp.reviews.models.kept_row import AppendOnlyRow, KeptRow


class Case(KeptRow):
    """One image in a study. The code is drawn at random, so that it tells neither order nor number of cases."""

    class Role(models.TextChoices):
        TRAINING = "training", "Training"
        SCORED = "scored", "Scored"

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="cases")
    image = models.ForeignKey("archive.Image", on_delete=models.PROTECT, related_name="study_cases")
    code = models.CharField(max_length=8)
    patient_key = models.CharField(max_length=64, db_index=True, help_text="keyed hash of the patient")
    stratum = models.CharField(max_length=40, blank=True)
    group = models.CharField(max_length=16, blank=True)
    role = models.CharField(max_length=12, choices=Role.choices, default=Role.SCORED)
    image_sha256 = models.CharField(max_length=64, blank=True, help_text="stored bytes, frozen at opening")
    voided_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "image"], condition=models.Q(voided_at=None), name="one_case_per_image_and_study"
            ),
            models.UniqueConstraint(fields=["study", "code"], name="one_case_per_code"),
        ]


class AiOutput(AppendOnlyRow):
    """What a bundle said of a case, frozen before opening: all readers see the same bytes, nothing runs live."""

    class State(models.TextChoices):
        OK = "ok", "Answered"
        ABSTAINED = "abstained", "Abstained"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="ai_outputs")
    bundle_id = models.CharField(max_length=64)
    payload = models.JSONField()
    payload_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=State.choices)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "bundle_id"], name="one_ai_output_per_case_and_bundle")]


class AiMap(AppendOnlyRow):
    """The bytes of one kind of map, float32 little-endian [K, h, w]; their SHA-256 stands in the output's payload."""

    output = models.ForeignKey(AiOutput, on_delete=models.PROTECT, related_name="maps")
    kind = models.CharField(max_length=32)
    shape = models.JSONField()
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["output", "kind"], name="one_frozen_map_per_kind")]
