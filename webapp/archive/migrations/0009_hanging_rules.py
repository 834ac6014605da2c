from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('archive', '0008_ai_on_priors'),
    ]

    operations = [
        migrations.AddField(
            model_name='project',
            name='hanging',
            field=models.JSONField(blank=True, default=dict, verbose_name='hanging rules'),
        ),
    ]
