"""Where a bundle is in service its projects say; the state of a bundle is no column any more."""

from django.db import migrations, models
from django.utils import timezone

COLUMN = "told by the old column of what was replaced; when it was in service, nobody kept"
DIFFER = (
    "Projects of this site have different models in service, and before this migration a site had one. "
    "Put one model in service in all of them first."
)
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


def keep_way_back(apps, schema_editor):
    """What the model in service replaced, and what that did, where the changes of service do not tell of it: each as one of them,
    just below the model that replaced it."""
    bundles = apps.get_model("deployments", "DeployedBundle").objects
    replaced = dict(bundles.values_list("pk", "replaced"))
    for project in apps.get_model("archive", "Project").objects.filter(active_bundle__in=replaced):
        upper, seen = project.active_bundle, {project.active_bundle}
        while (lower := replaced[upper]) is not None and lower not in seen:
            keep_below(apps.get_model("deployments", "ServiceChange"), project, upper, lower)
            seen.add(lower)
            upper = lower


def keep_below(change, project, upper, lower):
    """A row for `lower` before that which brought `upper`, unless a roll back comes to it already."""
    rows = list(change.objects.filter(project=project).order_by("number"))
    path = way(rows)
    place = next((place for place in reversed(range(len(path))) if path[place].bundle_id == upper), None)
    if place is None or any(row.bundle_id == lower for row in path[:place]):
        return
    brought = path[place]
    for row in reversed(rows[rows.index(brought) :]):
        change.objects.filter(pk=row.pk).update(number=row.number + 1)
    place = {"project": project, "number": brought.number, "created_at": brought.created_at}
    change.objects.create(**place, bundle_id=lower, how="found", why=COLUMN)


def way(rows):
    """The rows whose bundles lie on each other, the last is in service: as webapp.deployments.in_service tells it."""
    path = []
    for row in rows:
        if row.bundle_id is None:
            path.clear()
        elif row.how in ("rolled_back", "taken_out") and row.bundle_id in [one.bundle_id for one in path]:
            while path[-1].bundle_id != row.bundle_id:
                path.pop()
        elif not path or path[-1].bundle_id != row.bundle_id:
            path.append(row)
    return path


def refuse_different(apps, schema_editor):
    if apps.get_model("archive", "Project").objects.order_by().values("active_bundle").distinct().count() > 1:
        raise RuntimeError(DIFFER)


def tell_replaced(apps, schema_editor):
    """The way back of the migration: the column holds one way for the whole site."""
    projects = apps.get_model("archive", "Project").objects
    bundles = apps.get_model("deployments", "DeployedBundle").objects
    answering = projects.exclude(active_bundle="").order_by(models.Case(models.When(slug="default", then=0), default=1), "created_at")
    project = answering.first()
    if project is None:
        return
    rows = apps.get_model("deployments", "ServiceChange").objects.filter(project=project).order_by("number")
    below = None
    for row in way(rows):
        if below is not None and below != row.bundle_id:
            bundles.filter(pk=row.bundle_id).update(replaced=below)
        below = row.bundle_id


class Migration(migrations.Migration):
    dependencies = [("deployments", "0005_service_changes_of_the_record"), ("archive", "0009_hanging_rules")]

    operations = [
        # First here, so last on the way back, when its column is there again; whether projects differ is asked before all else.
        migrations.RunPython(keep_way_back, tell_replaced),
        migrations.RunPython(keep_taken_out, migrations.RunPython.noop),
        migrations.RunPython(keep_retired, tell_state),
        migrations.RemoveConstraint("deployedbundle", "one_bundle_in_service"),
        migrations.RemoveField("deployedbundle", "state"),
        migrations.RemoveField("deployedbundle", "replaced"),
        migrations.AddField("deployedbundle", "file_checked_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("deployedbundle", "file_check_seconds", models.FloatField(blank=True, null=True)),
        migrations.RunPython(migrations.RunPython.noop, refuse_different),
    ]
