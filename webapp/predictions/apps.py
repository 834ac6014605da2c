from django.apps import AppConfig

# Of a whole job: two model runs of the longest limit (one may wait for the other's), and time to load and prepare. A run
# has its own limit, far below.
INFER_LIMIT_SECONDS = 400.0


class PredictionsConfig(AppConfig):
    """Registers the job that explains images, and what makes one for each image that the archive stores."""

    name = "webapp.predictions"
    label = "predictions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webapp.archive.ingest import image_stored_hooks, model_input_hooks
        from webapp.predictions import figures, requests
        from webapp.predictions.bundle_store import input_specs_in_service
        from webapp.predictions.run_mark import run_mark, tell_ended_runs
        from webapp.work.extension_points import extension_points
        from webapp.work.jobs.kinds import Kind, Together, imported_when_run, register_kind

        prepare = imported_when_run("webapp.predictions.infer.prepare")
        explain_together = imported_when_run("webapp.predictions.infer.explain_together")
        open_jobs = imported_when_run("webapp.predictions.infer.open_jobs")
        register_kind(Kind(requests.INFER, Together(prepare, explain_together, open_jobs), INFER_LIMIT_SECONDS))
        run_reproduction = imported_when_run("webapp.predictions.reproduce.run_reproduction")
        register_kind(Kind(requests.REPRODUCE, run_reproduction, INFER_LIMIT_SECONDS))
        image_stored_hooks.append(requests.predict_new_image)
        model_input_hooks.append(input_specs_in_service)
        extension_points.each_sweep.append(tell_ended_runs)
        extension_points.asked_to_stop.append(run_mark.withdraw)
        extension_points.service_words = figures.service_words
        extension_points.metric_families.append(figures.metric_families)
