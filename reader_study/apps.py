from django.apps import AppConfig


class ReaderStudyConfig(AppConfig):
    """Registers what studies hide in the clinical pages."""

    name = "reader_study"
    label = "reader_study"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from reader_study.embargo import embargoed_images, is_embargoed
        from webapp.accounts.policy import EmbargoBySet, register_embargo

        register_embargo(EmbargoBySet(is_embargoed, embargoed_images))
