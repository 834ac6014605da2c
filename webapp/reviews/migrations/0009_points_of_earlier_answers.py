"""Earlier reviews take the point of the model's answer from their stored result. Apart from the change of the table and in no
transaction of its own: the table stays free while results are looked through, and begun anew it does the same again."""

from typing import Any

from django.db import migrations, models
from django.db.models.functions import Cast


def fill(apps: Any, schema_editor: Any) -> None:
    """Results without a project's point, which are nearly all, stay in the database."""
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
    atomic = False

    dependencies = [
        ('reviews', '0008_point_of_the_answer'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
