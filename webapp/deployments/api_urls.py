from django.urls import URLPattern, URLResolver, path

from webapp.deployments import bundle_api
from webapp.deployments.service_history_api import InServiceAt, ServiceHistory

urlpatterns: list[URLPattern | URLResolver] = [
    path("bundles/", bundle_api.Bundles.as_view(), name="api_bundles"),
    path("bundles/<str:bundle_id>/activate/", bundle_api.ActivateBundle.as_view(), name="api_activate_bundle"),
    path("bundles/<str:bundle_id>/rollback/", bundle_api.RollBackBundle.as_view(), name="api_roll_back_bundle"),
    path("projects/<slug:slug>/in-service/", InServiceAt.as_view(), name="api_in_service"),
    path("projects/<slug:slug>/service-history/", ServiceHistory.as_view(), name="api_service_history"),
]
