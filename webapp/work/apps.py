from django.apps import AppConfig


class WorkConfig(AppConfig):
    """Jobs and the workers that run them; registers the check of the broker's address and our transport of folders."""

    name = "webapp.work"
    label = "work"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webapp.work import broker

        broker.use_forgiving_folders()
