"""Jobs are rows of webapp.work now. No table and no column changes."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('predictions', '0002_prediction_maps_sha256'),
        ('work', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name='prediction',
                    name='job',
                    field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='prediction', to='work.job'),
                ),
                migrations.DeleteModel(name='Job'),
            ],
        ),
    ]
