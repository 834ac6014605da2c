from django.apps import AppConfig

TURN_LIMIT_SECONDS = 900.0  # of one turn: as long as one image may take, and the fits at the end


class SiteCalibrationConfig(AppConfig):
    """Registers the job, the part of the page of models, and what its bundles have learnt from."""

    name = "webapp.site_calibration"
    label = "site_calibration"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webapp.accounts.policy import may_retrain
        from webapp.deployments.desk import DeskSection, desk_sections
        from webapp.retraining.trained_on import teachers
        from webapp.site_calibration.ask import CALIBRATE
        from webapp.site_calibration.chain import taught_here
        from webapp.site_calibration.pages import desk_context
        from webapp.work.jobs.kinds import Kind, imported_when_run, register_kind

        run = imported_when_run("webapp.site_calibration.turn.run_calibration")
        register_kind(Kind(CALIBRATE, run, TURN_LIMIT_SECONDS, is_long=True, may=may_retrain))
        teachers.append(taught_here)
        desk_sections.append(DeskSection(35, "site_calibration/desk.html", desk_context))
