from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('predictions', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='prediction',
            name='maps_sha256',
            field=models.JSONField(blank=True, default=dict, help_text='SHA-256 of each map file, by kind'),
        ),
    ]
