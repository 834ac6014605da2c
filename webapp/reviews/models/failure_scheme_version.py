"""Versions of the failure scheme that people made; version 1 is built in and has no row (webapp/reviews/failure_scheme.py)."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models

from webapp.reviews.models.kept_row import AppendOnlyViolation, KeptQuerySet, KeptRow


class FailureSchemeVersionQuerySet(KeptQuerySet):
    """Versions that can be read and added; a draft changes through its own `save`."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refused: a published version would change unseen."""
        raise AppendOnlyViolation(
            f"versions of the failure scheme are saved one by one; refused to change {sorted(kwargs)}"
        )


class FailureSchemeVersion(KeptRow):
    """A draft that managers edit, or a published version, which never changes.

    codes: kind -> [{code, title, retired, into}] in the order to show; `into` is the code that takes a retired one's place.
    map: kind -> {code of the version before: code in this version, or null}, written when it is published.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"

    version = models.PositiveSmallIntegerField(unique=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    codes = models.JSONField()
    map = models.JSONField(default=dict)
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    objects = FailureSchemeVersionQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        db_table = "reader_study_failureschemeversion"  # where the rows lay before reviews had a room of their own
        ordering = ["version"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Stores a draft or publishes it; raises AppendOnlyViolation for a version that is published already."""
        published = FailureSchemeVersion.objects.filter(pk=self.pk, state=self.State.PUBLISHED)
        if not self._state.adding and published.exists():
            raise AppendOnlyViolation(f"version {self.version} of the failure scheme is published: edit the next one")
        super().save(*args, **kwargs)
