"""Projects and images. Uploads are in upload_models.py."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models

from webapp.archive.preview_check import PreviewCheck
from webapp.archive.upload_models import QuarantinedFile, StoredBytes, Upload, UploadItem

__all__ = ["Image", "PreviewCheck", "Project", "QuarantinedFile", "StoredBytes", "Upload", "UploadItem"]


def first_sentinel_share() -> int:
    """Percent with which a project begins (`SIGHTLINE_SENTINEL_SHARE`)."""
    return int(settings.SENTINEL_SHARE)


class Project(models.Model):
    """Owns images; one named "default" exists from the first use."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    active_bundle = models.CharField(max_length=64, blank=True)
    takes_for_processing = models.BooleanField("models read detectors' raw images (FOR PROCESSING)", default=False)
    sentinel_share = models.PositiveSmallIntegerField(
        "looks before the model, percent of new images",
        default=first_sentinel_share,
        validators=[MaxValueValidator(100)],
        help_text="Readers answer these before they are shown the model. Holds for images that arrive from now on: what was drawn"
        " stays drawn.",
    )
    look_first = models.BooleanField(
        "readers look first: the model is shown after their answer, or when they ask for it",
        default=False,
        db_default=False,
    )
    ai_on_priors = models.BooleanField(
        "what the model says of earlier images is shown beside a case",
        default=False,
        db_default=False,
        help_text="Numbers over time, of the same model alone. Whoever reads meets the model on images that they have not opened.",
    )
    hanging = models.JSONField("hanging rules", default=dict, blank=True)
    """as webapp.accounts.hanging.stored_rules makes it; empty: as built"""
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def default(cls) -> "Project":
        """The project that images enter when none is named."""
        return cls.objects.get_or_create(slug="default", defaults={"name": "Default project"})[0]


class Image(models.Model):
    """One stored radiograph. Text columns are as stored in the file: data, never a path, a key, HTML or a log line."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="images")

    sop_instance_uid = models.CharField(max_length=64)
    study_instance_uid = models.CharField(max_length=64, db_index=True)
    series_instance_uid = models.CharField(max_length=64, db_index=True)
    sop_class_uid = models.CharField(max_length=64)
    transfer_syntax_uid = models.CharField(max_length=64)

    patient_name = models.CharField(max_length=400, blank=True)
    patient_id = models.CharField(max_length=128, blank=True, db_index=True)
    patient_birth_date = models.CharField(max_length=16, blank=True)
    patient_sex = models.CharField(max_length=16, blank=True)
    patient_age = models.CharField(max_length=16, blank=True)
    age_years = models.FloatField(null=True)
    study_date = models.DateField(null=True, db_index=True)
    study_time = models.CharField(max_length=32, blank=True)
    accession_number = models.CharField(max_length=64, blank=True, db_index=True)

    modality = models.CharField(max_length=16)
    view_position = models.CharField(max_length=32, blank=True)
    view = models.CharField(max_length=32, blank=True)  # what all sources together say: webapp.archive.exam.view_code
    laterality = models.CharField(max_length=16, blank=True)
    body_part = models.CharField(max_length=64, blank=True)
    rows = models.PositiveIntegerField()
    columns = models.PositiveIntegerField()
    bits_stored = models.PositiveSmallIntegerField()
    photometric = models.CharField(max_length=16)
    header = models.JSONField()  # DicomHeader.to_json()

    received_sha256 = models.CharField(max_length=64)
    stored_sha256 = models.CharField(max_length=64)
    pixel_sha256 = models.CharField(
        max_length=64, blank=True, db_default="", db_index=True
    )  # decoded, whatever the codec
    look_hash = models.CharField(max_length=64, blank=True, db_default="")  # inference.look_hash
    bytes = models.PositiveBigIntegerField()
    storage_key = models.UUIDField(unique=True)
    repairs = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    original_name = models.CharField(max_length=255, blank=True)  # for display only
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="uploaded_images"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        # A row is 3 KiB long, most of it the header: lists are counted and walked in these without reading rows.
        indexes = [
            models.Index(fields=["created_at", "id"], name="image_arrived"),
            models.Index(fields=["view", "created_at", "id"], name="image_view"),
            models.Index(fields=["modality", "created_at", "id"], name="image_modality"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["project", "sop_instance_uid"], name="one_image_per_uid_and_project"),
        ]

    def __str__(self) -> str:
        return str(self.id)  # never a name: this text reaches logs and error pages

    @property
    def code(self) -> str:
        """Short name shown to people in place of the id: the first eight characters of it."""
        return str(self.id)[:8]
