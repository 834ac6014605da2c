"""Changes of service that happened before they were kept as rows: as the record tells them, and what answers now if it tells otherwise."""

from django.db import migrations
from django.utils import timezone

HOW = {"activate_bundle": "put_in_service", "roll_back_bundle": "rolled_back", "take_out_bundle": "taken_out"}
TOLD = "told by the record, from before this history was kept"
FOUND = "since when, the record does not tell"


def keep(apps, schema_editor):
    project_model, change = apps.get_model("archive", "Project"), apps.get_model("deployments", "ServiceChange")
    known = set(apps.get_model("deployments", "DeployedBundle").objects.values_list("pk", flat=True))
    events = list(apps.get_model("audit", "AccessEvent").objects.filter(verb__in=HOW).order_by("sequence"))
    for project in project_model.objects.all():
        rows = [
            change(project=project, bundle_id=bundle, how=HOW[event.verb], why=TOLD, created_at=event.at, created_by_id=event.actor_id)
            for event in events
            if event.at >= project.created_at and ((bundle := answering(event)) is None or bundle in known)
        ]
        now = project.active_bundle if project.active_bundle in known else None
        if now != (rows[-1].bundle_id if rows else None):
            rows.append(change(project=project, bundle_id=now, how="found", why=FOUND, created_at=timezone.now()))
        for number, row in enumerate(rows, 1):
            row.number = number
            row.save()


def answering(event):
    """Which bundle answered after an event of the record; None for none."""
    if event.verb == "take_out_bundle":
        return event.details.get("back") or None
    return event.target.removeprefix("bundle:")


class Migration(migrations.Migration):
    dependencies = [
        ("deployments", "0004_service_change"),
        ("audit", "0001_initial"),
    ]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
