"""What the worklist sorts, filters and counts by, one row per image; the database keeps it (webapp/kept_in_step.py)."""

import datetime

from django.db import models

from webapp.archive.models import Image

NO_SCORE_DOWN, NO_SCORE_UP = -1.0, 2.0  # outside of probabilities: cases without one come last in either order
NO_DATE_DOWN, NO_DATE_UP = datetime.date(1, 1, 1), datetime.date(9999, 12, 31)


class WorklistEntry(models.Model):
    """The state of an image and its newest result. Written by triggers alone (worklist/entry_rows.py).

    state: as in filters.STATES, but never `hidden`: what is under embargo differs from person to person, and worklist.cases
    leaves it out. finding: of the highest probability, where the model says positive or uncertain. Each sort has a column
    without nulls, so that an index gives its order.
    """

    image = models.OneToOneField(Image, models.CASCADE, primary_key=True, related_name="worklist_entry")
    latest = models.UUIDField(null=True)
    state = models.CharField(max_length=10)
    view = models.CharField(max_length=32)
    finding = models.CharField(max_length=64)
    arrived = models.DateTimeField()
    study_down = models.DateField()
    study_up = models.DateField()
    study_time = models.CharField(max_length=32)
    score_down = models.FloatField()
    score_up = models.FloatField()

    class Meta:
        # The filters stand at the end of each order, so that a walk in it reads the index alone.
        indexes = [
            models.Index(fields=["arrived", "image", "state", "view", "finding"], name="worklist_arrived"),
            models.Index(
                fields=["score_down", "arrived", "image", "state", "view", "finding"], name="worklist_score_d"
            ),
            models.Index(fields=["score_up", "arrived", "image", "state", "view", "finding"], name="worklist_score_u"),
            models.Index(
                fields=["study_down", "study_time", "arrived", "image", "state", "view", "finding"],
                name="worklist_study_d",
            ),
            models.Index(
                fields=["study_up", "study_time", "arrived", "image", "state", "view", "finding"],
                name="worklist_study_u",
            ),
            models.Index(fields=["state", "arrived", "image"], name="worklist_state"),
            models.Index(fields=["finding", "arrived", "image"], name="worklist_finding"),
        ]

    def __str__(self) -> str:
        return f"worklist entry of image {self.pk}"
