from django.apps import AppConfig


class ReaderStudyConfig(AppConfig):
    name = "reader_study"
    label = "reader_study"
    default_auto_field = "django.db.models.BigAutoField"
