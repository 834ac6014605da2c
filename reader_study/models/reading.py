"""A reading: one stage of one assignment, its drafts, and the content that a lock makes immutable."""

from typing import Any

from django.db import models

from reader_study.models.session import Assignment
from webapp.display_check.models import DisplayCheck
from webapp.reveal.answer_row import AnswerRow
from webapp.reviews.models.kept_row import AppendOnlyRow, AppendOnlyViolation, KeptRow


class Reading(KeptRow, AnswerRow):
    """Answers of one stage. Times are the server's; `active_ms` and `first_mark_ms` the client's."""

    class State(models.TextChoices):
        PENDING = "pending", "Pending"
        DRAFTING = "drafting", "Drafting"
        LOCKED = "locked", "Locked"
        VOID = "void", "Void"

    class Stage(models.TextChoices):
        UNAIDED = "unaided", "Unaided"
        AIDED = "aided", "Aided"
        CODING = "coding", "Coding"

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="readings")
    stage = models.CharField(max_length=8, choices=Stage.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    answers = models.JSONField(default=dict)
    comment = models.TextField(blank=True)
    inadequate = models.CharField(max_length=300, blank=True, help_text="why the image cannot be read; empty = it can")
    opened_at = models.DateTimeField(null=True)
    first_input_at = models.DateTimeField(null=True)
    active_ms = models.PositiveBigIntegerField(null=True)
    first_mark_ms = models.PositiveBigIntegerField(null=True)
    paused_at = models.DateTimeField(null=True)
    paused_ms = models.PositiveBigIntegerField(default=0)
    void_reason = models.CharField(max_length=500, blank=True)
    display_check = models.ForeignKey(
        DisplayCheck,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="the newest one passed in the sitting in which the case was last opened",
    )

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "stage"], condition=~models.Q(state="void"), name="one_reading_per_stage"
            )
        ]

    @classmethod
    def from_db(cls, db: str | None, field_names: Any, values: Any, **kwargs: Any) -> "Reading":
        """Remembers the stored state, so that `save` knows whether the row was locked."""
        row = super().from_db(db, field_names, values, **kwargs)
        row._stored_state = row.__dict__.get("state", "")
        return row

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Stores the row; a locked one only to be voided. Raises AppendOnlyViolation."""
        if getattr(self, "_stored_state", "") == self.State.LOCKED and kwargs.get("update_fields") != VOID_FIELDS:
            raise AppendOnlyViolation(f"reading {self.pk} is locked")
        super().save(*args, **kwargs)
        self._stored_state = self.state

    @property
    def is_locked(self) -> bool:
        return self.state == self.State.LOCKED


VOID_FIELDS = ["state", "void_reason"]


class DraftRevision(AppendOnlyRow):
    """One saved state of a draft; revisions are 1, 2, 3 ... without a gap."""

    reading = models.ForeignKey(Reading, on_delete=models.PROTECT, related_name="drafts")
    revision = models.PositiveIntegerField()
    body = models.JSONField()
    idempotency_key = models.CharField(max_length=64)
    saved_at = models.DateTimeField()

    class Meta:
        ordering = ["-revision"]
        constraints = [
            models.UniqueConstraint(fields=["reading", "revision"], name="one_draft_per_revision"),
            models.UniqueConstraint(fields=["reading", "idempotency_key"], name="one_draft_per_key"),
        ]
