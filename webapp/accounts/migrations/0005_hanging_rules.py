from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_theme'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='hanging',
            field=models.JSONField(blank=True, default=dict, verbose_name='hanging rules of my own'),
        ),
    ]
