"""Reviews and versions of the failure scheme come from reader_study: the same rows in the same tables, with the same indexes
and constraints. Only what Django knows about them moves."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

MODELS = ("casereview", "failureschemeversion")


def _rename_content_types(apps, schema_editor, old, new):
    """Keeps the permissions and the admin's log of the rows, which hang on the content types."""
    content_types = apps.get_model("contenttypes", "ContentType").objects.using(schema_editor.connection.alias)
    for model in MODELS:
        if not content_types.filter(app_label=new, model=model).exists():
            content_types.filter(app_label=old, model=model).update(app_label=new)


def to_reviews(apps, schema_editor):
    _rename_content_types(apps, schema_editor, "reader_study", "reviews")


def to_reader_study(apps, schema_editor):
    _rename_content_types(apps, schema_editor, "reviews", "reader_study")


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('archive', '0001_initial'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('predictions', '0001_initial'),
        ('reader_study', '0003_failure_scheme_version'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='CaseReview',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('image_sha256', models.CharField(max_length=64)),
                        ('bundle_id', models.CharField(max_length=64)),
                        ('finding', models.CharField(max_length=64)),
                        ('verdict', models.CharField(max_length=16)),
                        ('confidence', models.PositiveSmallIntegerField(null=True)),
                        ('model_decision', models.CharField(blank=True, max_length=16)),
                        ('model_probability', models.FloatField(null=True)),
                        ('model_threshold', models.FloatField(null=True)),
                        ('scheme_version', models.PositiveSmallIntegerField(default=1)),
                        ('outcome', models.CharField(blank=True, max_length=8)),
                        ('site', models.CharField(blank=True, max_length=3)),
                        ('laterality', models.CharField(blank=True, max_length=1)),
                        ('cause', models.CharField(blank=True, max_length=3)),
                        ('severity', models.PositiveSmallIntegerField(null=True)),
                        ('box_x', models.FloatField(null=True)),
                        ('box_y', models.FloatField(null=True)),
                        ('box_w', models.FloatField(null=True)),
                        ('box_h', models.FloatField(null=True)),
                        ('note', models.TextField(blank=True)),
                        ('idempotency_key', models.CharField(max_length=64)),
                        ('request_sha256', models.CharField(max_length=64)),
                        ('created_at', models.DateTimeField(auto_now_add=True)),
                        ('image', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='archive.image')),
                        ('prediction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='predictions.prediction')),
                        ('reader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to=settings.AUTH_USER_MODEL)),
                        ('replaces', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='reviews.casereview')),
                    ],
                    options={
                        'db_table': 'reader_study_casereview',
                        'ordering': ['-created_at', '-id'],
                        'indexes': [models.Index(fields=['image', '-created_at'], name='reader_stud_image_i_7f9570_idx'), models.Index(fields=['verdict', '-created_at'], name='reader_stud_verdict_0bd576_idx')],
                        'constraints': [models.UniqueConstraint(fields=('reader', 'idempotency_key'), name='one_review_per_reader_and_key')],
                    },
                ),
                migrations.CreateModel(
                    name='FailureSchemeVersion',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('version', models.PositiveSmallIntegerField(unique=True)),
                        ('state', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published')], default='draft', max_length=12)),
                        ('codes', models.JSONField()),
                        ('map', models.JSONField(default=dict)),
                        ('published_at', models.DateTimeField(null=True)),
                        ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'db_table': 'reader_study_failureschemeversion',
                        'ordering': ['version'],
                    },
                ),
            ],
        ),
        migrations.RunPython(to_reviews, to_reader_study),
    ]
