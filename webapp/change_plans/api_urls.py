from django.urls import URLPattern, URLResolver, path

from webapp.change_plans import api

PROJECT = "projects/<slug:slug>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path(f"{PROJECT}change-plans/", api.ChangePlans.as_view(), name="api_change_plans"),
    path(f"{PROJECT}change-plans/<int:version>/", api.OneChangePlan.as_view(), name="api_change_plan"),
    path(
        f"{PROJECT}change-plans/<int:version>/decision/",
        api.ChangePlanDecision.as_view(),
        name="api_decide_change_plan",
    ),
    path(f"{PROJECT}reference-sets/", api.ReferenceSets.as_view(), name="api_reference_sets"),
    path(f"{PROJECT}reference-sets/<int:version>/", api.OneReferenceSet.as_view(), name="api_reference_set"),
    path(
        f"{PROJECT}reference-sets/<int:version>/decision/",
        api.ReferenceSetDecision.as_view(),
        name="api_decide_reference_set",
    ),
]
