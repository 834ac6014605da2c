from django.apps import AppConfig


class ViewerConfig(AppConfig):
    name = "webapp.viewer"
    label = "viewer"
    default_auto_field = "django.db.models.BigAutoField"
