from django.apps import AppConfig

RUN_LIMIT_SECONDS = 400.0  # of one image, as of the model in service


class SilentTrialsConfig(AppConfig):
    """Registers the job, what queues it, what ends a trial, the gate before service, and the part of the page of models."""

    name = "webapp.silent_trials"
    label = "silent_trials"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webapp.deployments.activation_gates import activation_gates
        from webapp.deployments.bundle_state import more_states
        from webapp.deployments.desk import DeskSection, desk_sections
        from webapp.deployments.timeline import more_marks
        from webapp.predictions.result_hooks import result_hooks
        from webapp.predictions.run_mark import worker_ended_hooks
        from webapp.silent_trials.activation import why_not_in_service
        from webapp.silent_trials.candidate import free_unused
        from webapp.silent_trials.end import end_due_trials
        from webapp.silent_trials.ended_workers import count_ended_worker
        from webapp.silent_trials.marks import marks, states
        from webapp.silent_trials.pages import desk_context
        from webapp.silent_trials.queue_case import SILENT, queue_case
        from webapp.silent_trials.report import write_reports
        from webapp.work.extension_points import extension_points
        from webapp.work.jobs.kinds import Kind, imported_when_run, register_kind

        run = imported_when_run("webapp.silent_trials.case_run.run_silent")
        register_kind(Kind(SILENT, run, RUN_LIMIT_SECONDS, is_long=True))
        worker_ended_hooks.append(count_ended_worker)
        result_hooks.append(queue_case)
        extension_points.each_sweep += [end_due_trials, write_reports, free_unused]
        activation_gates.append(why_not_in_service)
        more_marks.append(marks)
        more_states.append(states)
        desk_sections.append(DeskSection(45, "silent_trials/desk.html", desk_context))
