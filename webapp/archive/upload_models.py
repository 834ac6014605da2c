"""What was sent, by whom, and what became of each file: the import report, and the files that were refused."""

import uuid

from django.conf import settings
from django.db import models


class Upload(models.Model):
    """One sending of files. Done when no item is pending."""

    class State(models.TextChoices):
        PENDING = "pending"
        WORKING = "working"
        DONE = "done"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="uploads")
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return str(self.id)


class UploadItem(models.Model):
    """One file of an upload. A zip is an item too (is_container); its members have it as `parent`."""

    class Status(models.TextChoices):
        PENDING = "pending"
        ACCEPTED = "accepted"
        REPAIRED = "repaired"
        DUPLICATE = "duplicate"
        QUARANTINED = "quarantined"
        IGNORED = "ignored"  # plainly no image: neither taken nor kept, and no fault

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=255)  # path or name as the sender gave it, for display only
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.PENDING)
    reason_code = models.CharField(max_length=40, blank=True)
    reason_text = models.CharField(max_length=400, blank=True)
    reason_action = models.CharField(max_length=400, blank=True)
    http = models.PositiveSmallIntegerField(default=202)
    image = models.ForeignKey("archive.Image", on_delete=models.SET_NULL, null=True, related_name="upload_items")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="members")
    is_container = models.BooleanField(default=False)
    member_index = models.PositiveIntegerField(null=True)  # place in the zip's directory
    incoming_name = models.CharField(max_length=40, blank=True)  # random name of a waiting zip in INCOMING_DIR

    class Meta:
        ordering = ["upload", "position"]
        constraints = [models.UniqueConstraint(fields=["upload", "position"], name="one_item_per_upload_and_position")]

    def __str__(self) -> str:
        return f"{self.upload_id} item {self.position}"  # type: ignore[attr-defined]


class QuarantinedFile(models.Model):
    """Bytes that were refused, kept for QUARANTINE_DAYS: never served, never parsed again. Listed by code, name and hash."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)  # also its name in QUARANTINE_DIR
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=255, blank=True)  # path or name as the sender gave it, for display only
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()
    source = models.CharField(max_length=16)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.id} {self.code}"


class StoredBytes(models.Model):
    """How much of a person's files is kept, quarantined ones too. Written by triggers alone (quota.py)."""

    owner = models.BigIntegerField(primary_key=True)  # key of the person; 0: what commands have stored
    bytes = models.BigIntegerField()

    def __str__(self) -> str:
        return f"stored bytes of {self.owner}"
