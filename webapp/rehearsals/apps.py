from django.apps import AppConfig

TURN_LIMIT_SECONDS = 400.0  # of one turn: as long as one image may take, and the verdict at the end


class RehearsalsConfig(AppConfig):
    """Registers the job, the gate before service, and the part of the page of models."""

    name = "webapp.rehearsals"
    label = "rehearsals"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webapp.deployments.activation_gates import activation_gates
        from webapp.deployments.desk import DeskSection, desk_sections
        from webapp.rehearsals.activation import why_not_in_service
        from webapp.rehearsals.ask import REHEARSE
        from webapp.rehearsals.pages import desk_context
        from webapp.work.jobs.kinds import Kind, imported_when_run, register_kind

        run = imported_when_run("webapp.rehearsals.turn.run_rehearsal")
        register_kind(Kind(REHEARSE, run, TURN_LIMIT_SECONDS, is_long=True))
        activation_gates.append(why_not_in_service)
        desk_sections.append(DeskSection(40, "rehearsals/desk.html", desk_context))
