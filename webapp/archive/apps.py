from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    """Registers the job that unpacks zips, and the figures of files for the pages of operations; has the totals of quotas kept."""

    name = "webapp.archive"
    label = "archive"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webapp.archive import checks, figures  # noqa: F401  importing `checks` registers them
        from webapp.archive.quota import STORED_BYTES
        from webapp.archive.zip.job import INGEST_ZIP, LIMIT_SECONDS, report_abandoned, run
        from webapp.kept_in_step import keep_in_step
        from webapp.work.extension_points import extension_points
        from webapp.work.jobs.given_up import when_given_up
        from webapp.work.jobs.kinds import Kind, register_kind

        keep_in_step(self, STORED_BYTES)
        register_kind(Kind(INGEST_ZIP, run, LIMIT_SECONDS, is_long=True))
        when_given_up(INGEST_ZIP, report_abandoned)
        extension_points.quarantined = figures.quarantined_by_code
        extension_points.tolerated = figures.tolerated
        extension_points.metric_families.append(figures.metric_families)
