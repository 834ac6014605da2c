from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reader_study', '0007_hidden_images'),
    ]

    operations = [
        migrations.AddField(
            model_name='hiddenimage',
            name='release_reason',
            field=models.CharField(blank=True, max_length=500),
        ),
    ]
