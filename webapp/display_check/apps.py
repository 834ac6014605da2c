from django.apps import AppConfig


class DisplayCheckConfig(AppConfig):
    """What a person could see of the test picture, sitting by sitting."""

    name = "webapp.display_check"
    label = "display_check"
