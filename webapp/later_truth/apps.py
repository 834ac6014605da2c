from django.apps import AppConfig


class LaterTruthConfig(AppConfig):
    """What was found later, and its way back to the readers."""

    name = "webapp.later_truth"
    label = "later_truth"
