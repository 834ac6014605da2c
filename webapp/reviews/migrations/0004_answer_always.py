import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [('reviews', '0003_what_undo_had_stored')]

    operations = [
        migrations.AlterField(
            model_name='casereview',
            name='answer',
            field=models.UUIDField(db_index=True, default=uuid.uuid4, editable=False),
        ),
    ]
