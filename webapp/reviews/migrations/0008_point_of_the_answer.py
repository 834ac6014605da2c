"""A review keeps which point of its project the model's answer was given at."""

from django.db import migrations, models


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
    ]
