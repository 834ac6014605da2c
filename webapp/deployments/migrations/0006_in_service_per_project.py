"""Where a bundle is in service its projects say; the state of a bundle is no column any more."""

from django.db import migrations, models
from django.utils import timezone

UNTIMED = "It was taken out of service before the time of that was kept."


def keep_taken_out(apps, schema_editor):
    rows = apps.get_model("deployments", "DeployedBundle").objects.filter(state="failed", taken_out_at__isnull=True)
    rows.update(taken_out_at=timezone.now(), taken_out_why=UNTIMED)


def keep_retired(apps, schema_editor):
    """One that was in service once has a time of that."""
    rows = apps.get_model("deployments", "DeployedBundle").objects.filter(state__in=("active", "retired"), activated_at__isnull=True)
    rows.update(activated_at=models.F("added_at"))


def tell_state(apps, schema_editor):
    """The way back: one bundle for the site, that of the project default, or of the first that has any."""
    bundle, project = (apps.get_model(app, name).objects for app, name in (("deployments", "DeployedBundle"), ("archive", "Project")))
    bundle.filter(activated_at__isnull=False).update(state="retired")
    bundle.filter(taken_out_at__isnull=False).update(state="failed")
    answering = project.exclude(active_bundle="").order_by(models.Case(models.When(slug="default", then=0), default=1), "created_at")
    first = answering.first()
    if first is not None:
        project.update(active_bundle=first.active_bundle)
        bundle.filter(pk=first.active_bundle).update(state="active")


class Migration(migrations.Migration):
    dependencies = [("deployments", "0005_service_changes_of_the_record"), ("archive", "0009_hanging_rules")]

    operations = [
        migrations.RunPython(keep_taken_out, migrations.RunPython.noop),
        migrations.RunPython(keep_retired, tell_state),
        migrations.RemoveConstraint("deployedbundle", "one_bundle_in_service"),
        migrations.RemoveField("deployedbundle", "state"),
        migrations.RemoveField("deployedbundle", "replaced"),
        migrations.AddField("deployedbundle", "file_checked_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("deployedbundle", "file_check_seconds", models.FloatField(blank=True, null=True)),
    ]
