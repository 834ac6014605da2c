from django.urls import URLPattern, URLResolver, path

from webapp.operating_points.api import FindingOperatingCurve

urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "predictions/<uuid:prediction_id>/findings/<str:key>/operating-curve/",
        FindingOperatingCurve.as_view(),
        name="api_operating_curve",
    ),
]
