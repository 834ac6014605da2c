"""Failures keep whose operating point they were found at. Those of before say nothing of it: only their threshold is known."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reader_study', '0004_reviews_move_to_their_room'),
    ]

    operations = [
        migrations.AddField(
            model_name='failureitem',
            name='point_of',
            field=models.CharField(blank=True, choices=[('bundle', 'the bundle’s own'), ('project', 'approved in the project'), ('protocol', 'set in the protocol')], default='', max_length=8),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='failureitem',
            name='point_version',
            field=models.PositiveIntegerField(help_text="version of the project's point at which the model's word was said; null: none, or not kept", null=True),
        ),
    ]
