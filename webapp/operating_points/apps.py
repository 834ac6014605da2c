from django.apps import AppConfig


class OperatingPointsConfig(AppConfig):
    """Says which points results are given at."""

    name = "webapp.operating_points"
    label = "operating_points"

    def ready(self) -> None:
        from webapp.operating_points.proposals import approved_points
        from webapp.predictions.points_in_force import point_sources

        point_sources.append(approved_points)
