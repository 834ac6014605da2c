"""Jobs come from predictions: the same rows in the same table. Only what Django knows about them moves."""

import uuid

import django.utils.timezone
from django.db import migrations, models


def _rename_content_type(apps, schema_editor, old, new):
    """Keeps the permissions and the admin's log of jobs, which hang on the content type."""
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(schema_editor.connection.alias)
    if not content_types.filter(app_label=new, model="job").exists():
        content_types.filter(app_label=old, model="job").update(app_label=new)


def to_work(apps, schema_editor):
    _rename_content_type(apps, schema_editor, "predictions", "work")


def to_predictions(apps, schema_editor):
    _rename_content_type(apps, schema_editor, "work", "predictions")


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('contenttypes', '0002_remove_content_type_name'),
        ('predictions', '0002_prediction_maps_sha256'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Job',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('kind', models.CharField(max_length=32)),
                        ('payload', models.JSONField(default=dict, help_text='ids only, never patient data')),
                        ('state', models.CharField(choices=[('queued', 'Queued'), ('running', 'Running'), ('succeeded', 'Succeeded'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='queued', max_length=16)),
                        ('priority', models.SmallIntegerField(default=0, help_text='higher runs first')),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('max_attempts', models.PositiveSmallIntegerField(default=3)),
                        ('lease_token', models.UUIDField(blank=True, null=True)),
                        ('lease_until', models.DateTimeField(blank=True, null=True)),
                        ('not_before', models.DateTimeField(blank=True, help_text='backoff: not claimed earlier', null=True)),
                        ('last_wake', models.DateTimeField(blank=True, null=True)),
                        ('cancel_requested', models.BooleanField(default=False)),
                        ('waiting_for', models.CharField(blank=True, help_text='why a queued job cannot run yet', max_length=400)),
                        ('worker', models.CharField(blank=True, help_text='host and process of the last claim', max_length=128)),
                        ('error_code', models.CharField(blank=True, max_length=64)),
                        ('error_text', models.CharField(blank=True, max_length=500)),
                        ('idempotency_key', models.CharField(max_length=200, unique=True)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('started_at', models.DateTimeField(blank=True, null=True)),
                        ('finished_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'db_table': 'predictions_job',
                        'indexes': [models.Index(fields=['state', '-priority', 'created_at'], name='job_queue_order')],
                    },
                ),
            ],
        ),
        migrations.RunPython(to_work, to_predictions),
    ]
