"""What all sources together say about the exam, for images stored before they were asked."""

from django.db import migrations, models
from django.utils import timezone

from inference.exam import CONTRADICTION, UNKNOWN_TERM, ExamStatements, read_exam


def fill(apps, schema_editor):
    """From the stored headers. The files are not read again: their code sequences speak from the next import on."""
    Image = apps.get_model("archive", "Image")
    batch = []
    for image in Image.objects.only("header", "created_at", "warnings", "age_years").iterator(chunk_size=500):
        arrived = image.created_at or timezone.now()
        exam = read_exam(ExamStatements.from_header(image.header), arrived.date())
        is_unclear = exam.view.state in (CONTRADICTION, UNKNOWN_TERM)
        image.view = "unclear" if is_unclear else str(exam.view.value or "")
        image.age_years = exam.age_years if image.header else image.age_years
        image.warnings = list(dict.fromkeys([*image.warnings, *exam.warnings]))
        batch.append(image)
        if len(batch) == 500:
            Image.objects.bulk_update(batch, ["view", "age_years", "warnings"])
            batch = []
    Image.objects.bulk_update(batch, ["view", "age_years", "warnings"])


class Migration(migrations.Migration):
    dependencies = [("archive", "0002_preview_check")]

    operations = [
        migrations.AddField("image", "view", models.CharField(blank=True, default="", max_length=32), preserve_default=False),
        migrations.AddField(
            "project",
            "takes_for_processing",
            models.BooleanField(default=False, verbose_name="models read detectors' raw images (FOR PROCESSING)"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
