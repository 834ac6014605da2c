from django.apps import AppConfig


class WatchingConfig(AppConfig):
    """Adds to the page of models; reads what other rooms keep and has no tables of its own."""

    name = "webapp.watching"
    label = "watching"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webapp.deployments.desk import DeskSection, desk_sections
        from webapp.watching.desk_section import desk_context

        desk_sections.append(DeskSection(20, "watching/desk.html", desk_context))
