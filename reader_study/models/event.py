"""What happened while reading: the viewer's events, and whether the AI changed an answer."""

from django.db import models

from reader_study.models.protocol import Finding
from reader_study.models.reading import Reading
from webapp.reviews.models.kept_row import AppendOnlyRow, KeptRow


class InteractionEvent(AppendOnlyRow):
    """One event of the viewer; `seq` is counted by the client, per reading."""

    KINDS = (
        "open", "blur", "focus", "idle", "wl", "zoom", "pan", "overlay", "mark", "rating", "ai_revealed", "pause",
        "resume", "lock",
    )  # fmt: skip
    PAYLOAD_BYTES = 1024

    reading = models.ForeignKey(Reading, on_delete=models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    client_ms = models.PositiveBigIntegerField(null=True)
    server_at = models.DateTimeField()
    payload = models.JSONField(default=dict)

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["reading", "seq"], name="one_event_per_seq")]


class SwitchEvent(KeptRow):
    """Answer to one finding before and after the AI was seen. `verdict` is filled at study lock, with truth."""

    class Verdict(models.TextChoices):
        HELPED = "helped", "Helped"
        MISLED = "misled", "Misled"
        KEPT_RIGHT = "kept_right", "Kept right"
        KEPT_WRONG = "kept_wrong", "Kept wrong"
        NO_TRUTH = "no_truth", "No truth"

    reading = models.ForeignKey(Reading, on_delete=models.PROTECT, related_name="switches")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="switches")
    before = models.FloatField(null=True)
    after = models.FloatField(null=True)
    before_call = models.BooleanField(null=True)
    after_call = models.BooleanField(null=True)
    ai_state = models.CharField(max_length=12)
    ai_call = models.BooleanField(null=True)
    verdict = models.CharField(max_length=12, choices=Verdict.choices, blank=True)
    ai_right = models.BooleanField(null=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [models.UniqueConstraint(fields=["reading", "finding"], name="one_switch_per_finding")]

    @property
    def change(self) -> float | None:
        """Rating after minus rating before."""
        return None if self.before is None or self.after is None else self.after - self.before
