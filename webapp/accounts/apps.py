from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "webapp.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "People"

    def ready(self) -> None:

        from webapp.accounts import session_limits  # noqa: F401  (connects its receiver)
