from django.apps import AppConfig


class DeploymentsConfig(AppConfig):
    """Counts workers that end in a model's run, and tells what was taken out of service."""

    name = "webapp.deployments"
    label = "deployments"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webapp.deployments.strikes import count_strike, forgive, notices, why_taken_out
        from webapp.predictions.run_mark import answered_hooks, taken_out_hooks, worker_ended_hooks
        from webapp.work.extension_points import extension_points

        worker_ended_hooks.append(count_strike)
        answered_hooks.append(forgive)
        taken_out_hooks.append(why_taken_out)
        extension_points.model_notices = notices
