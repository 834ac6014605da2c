"""Display checks: asked, then answered once."""

import uuid

from django.conf import settings
from django.db import models


class DisplayCheck(models.Model):
    """One test picture shown to one person in one sitting.

    places: code of a strip -> the field that differs, 1 to 4. given: the same as the person saw it, 0 for "none"; empty until it is
    answered. screen_*: CSS pixels and device pixels per CSS pixel as the browser says them; null where no script ran.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="display_checks")
    sitting = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    places = models.JSONField()
    answered_at = models.DateTimeField(null=True)
    given = models.JSONField(default=dict)
    is_passed = models.BooleanField(null=True)
    screen_width = models.PositiveIntegerField(null=True)
    screen_height = models.PositiveIntegerField(null=True)
    pixel_ratio = models.FloatField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "sitting", "-answered_at"], name="display_check_of_sitting")]

    @property
    def missed(self) -> list[str]:
        """Codes of the strips whose difference was not seen, in the order of the picture; empty before the answer."""
        return [code for code, place in self.places.items() if self.given and self.given.get(code) != place]
