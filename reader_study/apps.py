from django.apps import AppConfig


class ReaderStudyConfig(AppConfig):
    """Registers what studies hide in the clinical pages, and how often their codings used the codes of failures."""

    name = "reader_study"
    label = "reader_study"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from reader_study.code_uses import uses_in_codings
        from reader_study.embargo import is_embargoed
        from webapp.accounts.policy import register_embargo
        from webapp.reviews.scheme_versions import CODE_USES

        CODE_USES.append(uses_in_codings)
        register_embargo(is_embargoed)
