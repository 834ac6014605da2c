"""Ratings and marks of a locked reading. Source image pixels; (0, 0) is the corner of the first pixel."""

from django.db import models

from reader_study.models.protocol import Finding
from reader_study.models.reading import Reading
from reader_study.protocol_model import ACTIONS
from webapp.reviews.models.kept_row import AppendOnlyRow


class FindingRating(AppendOnlyRow):
    """Rating of one finding; call = rating >= cut, computed by the server. Null only if the image was inadequate."""

    reading = models.ForeignKey(Reading, on_delete=models.PROTECT, related_name="ratings")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="ratings")
    rating = models.FloatField(null=True)
    call = models.BooleanField(null=True)
    action = models.CharField(max_length=12, choices=list(ACTIONS.items()), blank=True)

    class Meta:
        ordering = ["finding__order"]
        constraints = [models.UniqueConstraint(fields=["reading", "finding"], name="one_rating_per_finding")]


class Mark(AppendOnlyRow):
    """A box or a point of a locked reading; w = h = 0 for points."""

    class Shape(models.TextChoices):
        BOX = "box", "Box"
        POINT = "point", "Point"

    reading = models.ForeignKey(Reading, on_delete=models.PROTECT, related_name="marks")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="marks")
    shape = models.CharField(max_length=8, choices=Shape.choices)
    x = models.FloatField()
    y = models.FloatField()
    w = models.FloatField(default=0)
    h = models.FloatField(default=0)
    rating = models.FloatField()
    order = models.PositiveSmallIntegerField()
    first_drawn_ms = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ["order"]
