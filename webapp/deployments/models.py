"""The registry of model bundles, and which of them answered when."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from webapp.archive.models import Project
from webapp.reviews.models.kept_row import AppendOnlyRow


class DeployedBundle(models.Model):
    """One bundle that passed its self-check here. The file lies in BUNDLE_DIR under its id and is never changed. Where it is in
    service the projects say (`Project.active_bundle`); its state is told by webapp.deployments.bundle_state."""

    bundle_id = models.CharField(max_length=64, primary_key=True, help_text="SHA-256 of the file")
    name = models.CharField(max_length=100)
    version = models.CharField(max_length=40)
    manifest = models.JSONField(help_text="manifest.json without its arrays")
    card = models.TextField(blank=True)
    selfcheck = models.JSONField(default=dict, help_text="what was replayed when the bundle was added")
    bytes = models.PositiveBigIntegerField(default=0)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)
    # The last time it was put in service, in whichever project.
    activated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    activated_at = models.DateTimeField(null=True, blank=True)
    # When the file was last read whole and had the hash that is its id, and how long that took.
    file_checked_at = models.DateTimeField(null=True, blank=True)
    file_check_seconds = models.FloatField(null=True, blank=True)

    # When and why it went out of service by itself, everywhere; emptied when a person puts it in service again.
    taken_out_at = models.DateTimeField(null=True, blank=True)
    taken_out_why = models.CharField(max_length=500, blank=True)
    # When it came back by itself, until its first answer or until a person chooses: meanwhile it is not taken out.
    came_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-added_at"]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def short_id(self) -> str:
        """First twelve digits of the id, as people see it."""
        return self.bundle_id[:12]


class BundleStrike(models.Model):
    """A worker that ended while a run of the bundle was in hand. The id is that of the process (predictions.run_mark)."""

    id = models.UUIDField(primary_key=True, editable=False)
    bundle = models.ForeignKey(DeployedBundle, on_delete=models.PROTECT, related_name="strikes")
    began_at = models.DateTimeField(help_text="when the run began")
    at = models.DateTimeField(default=timezone.now, help_text="when it was counted")
    worker = models.CharField(max_length=128, help_text="host and process")
    reason = models.CharField(max_length=64)
    jobs = models.JSONField(default=list, help_text="ids of the jobs in hand")
    survived_at = models.DateTimeField(null=True, blank=True, help_text="the bundle's first answer afterwards")

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"strike {self.id} of {self.bundle}"


class BundleOwner(AppendOnlyRow):
    """From `created_at` on this person answers for the bundle on this site; the newest counts. number: 1, 2, 3 ... of a bundle."""

    bundle = models.ForeignKey(DeployedBundle, on_delete=models.PROTECT, related_name="owners")
    number = models.PositiveIntegerField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["bundle", "number"], name="one_bundle_owner_per_number")]


class ServiceChange(AppendOnlyRow):
    """From `created_at` on another bundle answered in a project, or none.

    number: 1, 2, 3 ... of a project, so that a clock that was set back changes no order. why: the sentence of a bundle that was
    taken out; of rows that were made from the record, that they were; else the reason that a person gave, if any.
    """

    class How(models.TextChoices):
        PUT_IN_SERVICE = "put_in_service", "put in service"
        ROLLED_BACK = "rolled_back", "rolled back to"
        TAKEN_OUT = "taken_out", "the one before was taken out by itself"
        FOUND = "found", "in service when this history began"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="service_changes")
    number = models.PositiveIntegerField()
    bundle = models.ForeignKey(DeployedBundle, on_delete=models.PROTECT, null=True, related_name="+")
    how = models.CharField(max_length=16, choices=How.choices)
    why = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="one_service_change_per_number")]

    @property
    def who(self) -> str:
        """Who did it, in words."""
        if self.created_by:
            return self.created_by.username
        nobody = {
            self.How.TAKEN_OUT: "the service itself",
            self.How.FOUND: "not known",
            self.How.ROLLED_BACK: "a stop rule or the command line",
        }
        return nobody.get(self.How(self.how), "the command line")
