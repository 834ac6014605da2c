"""A review keeps which point of its project the model's answer was given at; earlier ones take it from their stored result."""

from typing import Any

from django.db import migrations, models
from django.db.models.functions import Cast


def fill(apps: Any, schema_editor: Any) -> None:
    """Results without a project's point, which are nearly all, are not even read."""
    reviews = apps.get_model("reviews", "CaseReview").objects
    text = Cast("document", models.TextField())
    results = apps.get_model("predictions", "Prediction").objects.annotate(text=text)
    results = results.filter(text__contains="project_version", pk__in=reviews.values("prediction"))
    for key, document in results.values_list("pk", "document").iterator():
        for finding in document.get("findings", []):
            version = (finding.get("operating_point") or {}).get("project_version")
            if version is not None:
                reviews.filter(prediction=key, finding=finding["key"]).update(model_point_version=version)


class Migration(migrations.Migration):
    dependencies = [
        ('predictions', '0005_reproduction'),
        ('reviews', '0007_site_proposal'),
    ]

    operations = [
        migrations.AddField(
            model_name='casereview',
            name='model_point_version',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
