"""The append-only, hash-chained record of who did what to which object, when and why."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models


class AppendOnlyError(TypeError):
    """Somebody tried to change or delete an event."""


class AccessEventQuerySet(models.QuerySet["AccessEvent"]):
    """Reads only: changing or deleting many events at once is refused like one."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("access events are append-only: update refused")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("access events are append-only: delete refused")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("access events are append-only: bulk_update refused")

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("access events are chained one by one: use audit.record")


class AccessEvent(models.Model):
    """One link of the chain. `hash` covers every other field and the previous link's hash (audit.chain)."""

    sequence = models.BigIntegerField(unique=True)  # 1, 2, 3 ...: a missing link shows, and two can never share a place
    at = models.DateTimeField()
    # PROTECT: a person who left a trace is deactivated, never deleted.
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=150, blank=True)
    verb = models.CharField(max_length=64)
    target = models.CharField(max_length=128)
    purpose = models.CharField(max_length=64)
    request_id = models.CharField(max_length=36, blank=True)
    details = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    objects = AccessEventQuerySet.as_manager()

    class Meta:
        ordering = ["sequence"]
        indexes = [models.Index(fields=["target", "sequence"], name="event_by_target")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.verb} {self.target}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError(f"access event {self.sequence} is append-only: save refused")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(f"access event {self.sequence} is append-only: delete refused")
