"""What every row of a study shares: a random key, who made it and when, and that it is never deleted."""

import uuid
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone


class AppendOnlyViolation(Exception):
    """Somebody tried to change or delete a row that is kept as it is: add one that replaces it, or void it."""


class KeptQuerySet(models.QuerySet[Any]):
    """Rows that may be read, added and changed by services; never deleted."""

    def delete(self) -> NoReturn:
        """Refused: rows of a study are voided with a reason."""
        raise AppendOnlyViolation(f"{self.model.__name__} rows are kept: void them with a reason")


class AppendOnlyQuerySet(KeptQuerySet):
    """Rows that may be read and added only."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refused: a correction is a new row."""
        raise AppendOnlyViolation(f"{self.model.__name__} is append-only; refused to change {sorted(kwargs)}")


class KeptRow(models.Model):
    """A random key, so that ids tell neither order nor number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = KeptQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk}"  # ids only: this text reaches logs

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: rows of a study are voided with a reason."""
        raise AppendOnlyViolation(f"{type(self).__name__} {self.pk} is kept: void it with a reason")


class AppendOnlyRow(KeptRow):
    """A row that never changes once stored."""

    objects = AppendOnlyQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Adds the row; raises AppendOnlyViolation when it exists already."""
        if not self._state.adding:
            raise AppendOnlyViolation(f"{type(self).__name__} {self.pk} is append-only")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)
