from django.apps import AppConfig


class ReaderStudyConfig(AppConfig):
    """Registers what studies hide in the clinical pages, what they have shown to whom, and how often codings used each code."""

    name = "reader_study"
    label = "reader_study"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from reader_study.code_uses import uses_in_codings
        from reader_study.embargo import is_absent, is_embargoed
        from reader_study.hidden_sent import image_asked_for, image_hashed, image_stored
        from reader_study.shown_in_study import was_shown_in_study
        from webapp.accounts.policy import ABSENCES, register_embargo
        from webapp.archive.ingest import image_stored_hooks
        from webapp.archive.lookup import file_asked_hooks
        from webapp.archive.older_hashes import image_hashed_hooks
        from webapp.reveal.shown_elsewhere import SHOWN_ELSEWHERE
        from webapp.reviews.scheme_versions import CODE_USES

        CODE_USES.append(uses_in_codings)
        SHOWN_ELSEWHERE.append(was_shown_in_study)
        register_embargo(is_embargoed)
        ABSENCES.append(is_absent)
        image_stored_hooks.append(image_stored)
        image_hashed_hooks.append(image_hashed)
        file_asked_hooks.append(image_asked_for)
