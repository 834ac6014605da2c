from django.apps import AppConfig


class StopRulesConfig(AppConfig):
    """Has a worker look at the rules; adds to the page of models."""

    name = "webapp.stop_rules"
    label = "stop_rules"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webapp.change_plans.fires_now import readers
        from webapp.deployments.desk import DeskSection, desk_sections
        from webapp.deployments.timeline import more_marks
        from webapp.stop_rules.mail import LIMIT_SECONDS, MAIL
        from webapp.stop_rules.marks import marks
        from webapp.stop_rules.monthly_section import fired_in_month
        from webapp.stop_rules.pages import desk_context
        from webapp.stop_rules.turn import look_now_and_then
        from webapp.stop_rules.would_fire import would_fire
        from webapp.watching.monthly_sections import MonthlySection, monthly_sections
        from webapp.work.extension_points import extension_points
        from webapp.work.jobs.kinds import Kind, imported_when_run, register_kind

        extension_points.each_sweep.append(look_now_and_then)
        readers.append(would_fire)
        register_kind(Kind(MAIL, imported_when_run("webapp.stop_rules.mail.send"), LIMIT_SECONDS, is_long=True))
        more_marks.append(marks)
        desk_sections.append(DeskSection(25, "stop_rules/desk.html", desk_context))
        monthly_sections.append(MonthlySection(10, fired_in_month))
