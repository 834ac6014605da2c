"""Sessions of a reader and the cases they are to read in them: the stored allocation."""

from django.db import models

from reader_study.models.arm import Arm
from reader_study.models.case import Case
from reader_study.models.reader import Reader
from webapp.reviews.models.kept_row import KeptRow


class ReadingSession(KeptRow):
    """One sitting of one reader. `lease_tab`: the browser tab that may write."""

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        OPEN = "open", "Open"
        COMPLETED = "completed", "Completed"
        EXPIRED = "expired", "Expired"
        ABORTED = "aborted", "Aborted"

    ENDED = (State.COMPLETED, State.EXPIRED, State.ABORTED)

    reader = models.ForeignKey(Reader, on_delete=models.PROTECT, related_name="sessions")
    arm_plan = models.JSONField(default=list, help_text="arm codes in the order of their parts")
    block = models.CharField(max_length=32)
    ordinal = models.PositiveSmallIntegerField()
    is_training = models.BooleanField(default=False)
    opens_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PLANNED)
    state_reason = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    has_washout_override = models.BooleanField(default=False)
    lease_tab = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["reader", "ordinal"]
        constraints = [models.UniqueConstraint(fields=["reader", "ordinal"], name="one_session_per_ordinal")]


class Assignment(KeptRow):
    """One case to be read in one arm. Its id is all that a reader's browser knows of the image."""

    session = models.ForeignKey(ReadingSession, on_delete=models.PROTECT, related_name="assignments")
    reader = models.ForeignKey(Reader, on_delete=models.PROTECT, related_name="assignments")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    arm = models.ForeignKey(Arm, on_delete=models.PROTECT, related_name="assignments")
    position = models.PositiveSmallIntegerField()
    replicate = models.PositiveSmallIntegerField(default=0)
    deferred_at = models.DateTimeField(null=True, help_text="last refused by washout: offered last")

    class Meta:
        ordering = ["session", "position"]
        constraints = [
            models.UniqueConstraint(fields=["session", "position"], name="one_assignment_per_position"),
            models.UniqueConstraint(fields=["reader", "case", "arm", "replicate"], name="each_case_once_per_arm"),
        ]
