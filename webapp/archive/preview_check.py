"""A person's look at a whole image for text that is burned into its pixels, before a copy of it may leave the site."""

import uuid
from typing import Any, NoReturn

from django.conf import settings
from django.db import models


class PreviewCheck(models.Model):
    """What one person saw in one stored file. Rows are added, never changed; the newest of a file counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    image = models.ForeignKey("archive.Image", on_delete=models.PROTECT, related_name="preview_checks")
    stored_sha256 = models.CharField(max_length=64)
    is_clear = models.BooleanField(help_text="nothing in the pixels tells who the patient is")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["image", "-created_at"], name="preview_check_newest")]

    def __str__(self) -> str:
        return str(self.id)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Adds the row; a changed mind is another row."""
        if not self._state.adding:
            raise TypeError(f"preview check {self.id} is append-only: save refused")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(f"preview check {self.id} is append-only: delete refused")
