from django.apps import AppConfig


class WithholdingConfig(AppConfig):
    """Pages, lists, files and events ask the rule as an embargo: they know nothing of withholding."""

    name = "webapp.withholding"
    label = "withholding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from webapp.accounts.policy import register_embargo
        from webapp.withholding.withheld import is_withheld

        register_embargo(is_withheld)
