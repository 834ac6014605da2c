from django.apps import AppConfig


class ViewerConfig(AppConfig):
    """Has the database keep the worklist's entries."""

    name = "webapp.viewer"
    label = "viewer"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webapp.kept_in_step import keep_in_step
        from webapp.viewer.worklist.entry_rows import WORKLIST_ENTRIES

        keep_in_step(self, WORKLIST_ENTRIES)
