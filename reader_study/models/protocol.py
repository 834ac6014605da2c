"""The protocol: one JSON body per version, and the findings and questions that freezing makes of it."""

from django.db import models

from reader_study.models.study import Study
from reader_study.protocol_model import RATING_SCALES
from webapp.reviews.models.kept_row import KeptRow


class Protocol(KeptRow):
    """A version of the protocol. Frozen = immutable; sha256 is that of the body's canonical JSON."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="protocols")
    version = models.PositiveSmallIntegerField(default=1)
    body = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["version"]
        constraints = [models.UniqueConstraint(fields=["study", "version"], name="one_protocol_per_version")]


class Finding(KeptRow):
    """What readers rate. Rows are made when the protocol is frozen; before, the body alone tells."""

    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="findings")
    code = models.SlugField(max_length=64)
    label = models.CharField(max_length=120)
    scale = models.CharField(max_length=8)
    cut = models.FloatField(help_text="call = rating >= cut")
    primary = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["protocol", "code"], name="one_finding_per_code")]

    @property
    def range(self) -> tuple[int, int]:
        """Lowest and highest rating."""
        return RATING_SCALES[self.scale]


class Question(KeptRow):
    """A further question of the form; answers are checked by one JSON Schema compiled from the protocol."""

    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="questions")
    code = models.SlugField(max_length=64)
    label = models.CharField(max_length=300, blank=True)
    type = models.CharField(max_length=16)
    required = models.BooleanField(default=False)
    min = models.FloatField(null=True)
    max = models.FloatField(null=True)
    step = models.FloatField(null=True)
    options = models.JSONField(default=list)
    regex = models.CharField(max_length=200, blank=True)
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["protocol", "code"], name="one_question_per_code")]
