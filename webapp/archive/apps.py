from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    """Registers the job that unpacks zips."""

    name = "webapp.archive"
    label = "archive"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webapp.archive.zip.job import INGEST_ZIP, LIMIT_SECONDS, report_abandoned, run
        from webapp.work.jobs.given_up import when_given_up
        from webapp.work.jobs.kinds import Kind, register_kind

        register_kind(Kind(INGEST_ZIP, run, LIMIT_SECONDS, is_long=True))
        when_given_up(INGEST_ZIP, report_abandoned)
