"""A question and what came of it, for as long as the page of whoever asked may want it."""

import uuid
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import models
from django.utils import timezone

from webapp.archive.models import Image
from webapp.predictions.models import Prediction
from webapp.work.models import Job

KEPT_HOURS: Final = 24


class Probe(models.Model):
    """One question of one reader. No pixels: areas are outlines in image pixels, the result is numbers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+")
    prediction = models.ForeignKey(Prediction, on_delete=models.CASCADE, related_name="+")
    finding = models.CharField(max_length=64)
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    job = models.OneToOneField(Job, on_delete=models.CASCADE, related_name="+")
    areas = models.JSONField(help_text="title and outlines of each area, as webapp.probes.areas writes them")
    result = models.JSONField(null=True, help_text="ProbeResult, once the job has succeeded")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"probe {self.id}"


def forget_old() -> None:
    """Removes questions older than KEPT_HOURS; called every few seconds."""
    old = Probe.objects.filter(created_at__lt=timezone.now() - timedelta(hours=KEPT_HOURS))
    if old.exists():
        old.delete()
