import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('reviews', '0001_initial')]

    operations = [
        migrations.AddField(
            model_name='casereview',
            name='answer',
            field=models.UUIDField(default=uuid.uuid4, editable=False, null=True),
        ),
    ]
