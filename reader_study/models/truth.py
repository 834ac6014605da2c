"""The reference standard: votes, their outcome, and regions."""

from django.conf import settings
from django.db import models

from reader_study.models.case import Case
from webapp.reviews.models.kept_row import AppendOnlyRow, KeptRow


class Truth(KeptRow):
    """Truth of one finding in one case. One frozen version per case and finding at study lock."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        VOTED = "voted", "Voted"
        ADJUDICATED = "adjudicated", "Adjudicated"
        FROZEN = "frozen", "Frozen"

    class Status(models.TextChoices):
        NEGATIVE = "0", "Absent"
        POSITIVE = "1", "Present"
        INDETERMINATE = "indeterminate", "Indeterminate"

    class Source(models.TextChoices):
        PANEL = "panel", "Panel"
        CT = "ct", "CT"
        MICROBIOLOGY = "microbiology", "Microbiology"
        FOLLOW_UP = "follow_up", "Follow-up"
        IMPORTED = "imported", "Imported"

    class Strength(models.TextChoices):
        A = "A", "Proof"
        B = "B", "Panel with other data"
        C = "C", "Panel on the image alone"
        D = "D", "Imported"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="truths")
    finding = models.SlugField(max_length=64)
    version = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=16, choices=Status.choices, blank=True)
    source = models.CharField(max_length=16, choices=Source.choices, default=Source.PANEL)
    strength = models.CharField(max_length=1, choices=Strength.choices, default=Strength.C)
    rule = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    is_discordant = models.BooleanField(default=False)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["case__code", "finding", "version"]
        constraints = [
            models.UniqueConstraint(fields=["case", "finding", "version"], name="one_truth_per_version"),
        ]


class TruthVote(AppendOnlyRow):
    """One independent vote, or a consensus meeting with its attendees."""

    class Kind(models.TextChoices):
        VOTE = "vote", "Vote"
        CONSENSUS = "consensus", "Consensus meeting"

    truth = models.ForeignKey(Truth, on_delete=models.PROTECT, related_name="votes")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="truth_votes")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.VOTE)
    status = models.CharField(max_length=16, choices=Truth.Status.choices)
    regions = models.JSONField(default=list)
    attendees = models.JSONField(default=list)
    note = models.TextField(blank=True)
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["truth", "member"], condition=models.Q(kind="vote"), name="one_vote_per_member"
            )
        ]


class TruthRegion(AppendOnlyRow):
    """Where a finding is; weights of one finding in one case sum to 1."""

    truth = models.ForeignKey(Truth, on_delete=models.PROTECT, related_name="regions")
    x = models.FloatField()
    y = models.FloatField()
    w = models.FloatField()
    h = models.FloatField()
    polygon = models.JSONField(default=list, help_text="[[x, y], ...]; empty for a box")
    weight = models.FloatField()
    order = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["truth", "order"], name="one_region_per_place")]
