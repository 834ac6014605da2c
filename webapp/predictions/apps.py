from django.apps import AppConfig

INFER_LIMIT_SECONDS = 180.0
ZIP_LIMIT_SECONDS = 3600.0  # 2,000 members at one to two seconds each


class PredictionsConfig(AppConfig):
    """Registers the kinds of job, the hooks that create them, and the check of the broker's address."""

    name = "webapp.predictions"
    label = "predictions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webapp.archive.hooks import image_stored_hooks, model_input_hooks, zip_received_hooks
        from webapp.archive.image_filters import register_image_filter
        from webapp.predictions import requests
        from webapp.predictions.bundle_store import input_specs_in_service
        from webapp.predictions.image_filters import by_state
        from webapp.predictions.ingest_zip import report_abandoned
        from webapp.work.jobs.given_up import when_given_up
        from webapp.work.jobs.kinds import INFER, INGEST_ZIP, Kind, Together, imported_when_run, register_kind

        prepare = imported_when_run("webapp.predictions.infer.prepare")
        explain_together = imported_when_run("webapp.predictions.infer.explain_together")
        open_jobs = imported_when_run("webapp.predictions.infer.open_jobs")
        register_kind(Kind(INFER, Together(prepare, explain_together, open_jobs), INFER_LIMIT_SECONDS))
        register_kind(Kind(INGEST_ZIP, imported_when_run("webapp.predictions.ingest_zip.run"), ZIP_LIMIT_SECONDS))
        when_given_up(INGEST_ZIP, report_abandoned)
        register_image_filter("state", by_state)
        image_stored_hooks.append(requests.predict_new_image)
        model_input_hooks.append(input_specs_in_service)
        zip_received_hooks.append(requests.ingest_received_zip)
