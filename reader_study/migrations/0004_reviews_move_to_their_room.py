"""Reviews of single cases and versions of the failure scheme are rows of webapp.reviews now. No table and no column changes."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('reader_study', '0003_failure_scheme_version'),
        ('reviews', '0001_initial'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name='CaseReview'),
                migrations.DeleteModel(name='FailureSchemeVersion'),
            ],
        ),
    ]
