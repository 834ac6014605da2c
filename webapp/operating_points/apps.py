from django.apps import AppConfig


class OperatingPointsConfig(AppConfig):
    name = "webapp.operating_points"
    label = "operating_points"
