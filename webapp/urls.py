"""Addresses: each app's pages in its urls.py, its part of the API in its api_urls.py."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularSwaggerSplitView

from webapp.api_schema import ApiSchema

handler400 = "webapp.bad_request.bad_request"
handler500 = "webapp.server_error.server_error"

urlpatterns = [
    path("", include("webapp.viewer.urls")),
    path("", include("webapp.accounts.urls")),
    path("", include("webapp.display_check.urls")),
    path("", include("webapp.archive.urls")),
    path("", include("webapp.work.urls")),
    # These before the page of a model, whose id may be any word.
    path("", include("webapp.papers.urls")),
    # These three before the page of a model, whose id may be any word.
    path("", include("webapp.change_plans.urls")),
    path("", include("webapp.retraining.urls")),
    path("", include("webapp.site_calibration.urls")),
    path("", include("webapp.rehearsals.urls")),
    path("", include("webapp.silent_trials.urls")),
    path("", include("webapp.watching.urls")),
    path("", include("webapp.stop_rules.urls")),
    path("", include("webapp.deployments.urls")),
    path("", include("webapp.reviews.urls")),
    path("", include("webapp.operating_points.urls")),
    path("", include("webapp.later_truth.urls")),
    path("", include("reader_study.urls")),
    path("", include("webapp.training_set.urls")),
    path("api/", include("webapp.accounts.api_urls")),
    path("api/", include("webapp.archive.api_urls")),
    path("api/", include("webapp.predictions.api_urls")),
    path("api/", include("webapp.deployments.api_urls")),
    path("api/", include("webapp.change_plans.api_urls")),
    path("api/", include("webapp.viewer.api_urls")),
    path("api/", include("webapp.reviews.api_urls")),
    path("api/", include("webapp.operating_points.api_urls")),
    path("api/", include("webapp.priors.api_urls")),
    path("api/", include("webapp.probes.api_urls")),
    path("api/", include("webapp.sentinel.api_urls")),
    path("api/", include("webapp.later_truth.api_urls")),
    path("api/", include("reader_study.api_urls")),
    path("api/", include("webapp.training_set.api_urls")),
    path("api/schema/", ApiSchema.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="api_docs"),
    path("admin/", admin.site.urls),
]
