from django.apps import AppConfig

# Of a whole job: the model may have to be loaded, and another run may be waited for. The run has its own limit.
PROBE_LIMIT_SECONDS = 400.0


class ProbesConfig(AppConfig):
    """Registers the job that erases and asks, and has what it found forgotten."""

    name = "webapp.probes"
    label = "probes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webapp.probes.ask import PROBE
        from webapp.probes.models import forget_old
        from webapp.work.extension_points import extension_points
        from webapp.work.jobs.kinds import Kind, imported_when_run, register_kind

        register_kind(Kind(PROBE, imported_when_run("webapp.probes.run.run_probe"), PROBE_LIMIT_SECONDS))
        extension_points.each_sweep.append(forget_old)
