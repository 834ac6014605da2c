from django.apps import AppConfig


class RetrainingConfig(AppConfig):
    """Registers the job that trains, on a queue of its own, and the section of the page of models."""

    name = "webapp.retraining"
    label = "retraining"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.conf import settings

        from webapp.accounts.policy import may_retrain
        from webapp.deployments.desk import DeskSection, desk_sections
        from webapp.retraining.desk import desk_context
        from webapp.retraining.services import TRAIN
        from webapp.retraining.work import stopping
        from webapp.work.extension_points import extension_points
        from webapp.work.jobs.kinds import Kind, imported_when_run, register_kind
        from webapp.work.training_host import TRAINING_QUEUE

        run_training = imported_when_run("webapp.retraining.work.run_training")
        limit = 3600.0 * settings.TRAINING_HOURS
        register_kind(Kind(TRAIN, run_training, limit, is_long=True, queue=TRAINING_QUEUE, may=may_retrain))
        extension_points.asked_to_stop.append(stopping.set)
        desk_sections.append(DeskSection(30, "retraining/desk.html", desk_context))
