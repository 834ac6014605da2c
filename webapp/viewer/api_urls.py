from django.urls import URLPattern, URLResolver, path

from webapp.viewer.views.events import WorklistChanges

urlpatterns: list[URLPattern | URLResolver] = [
    path("worklist/", WorklistChanges.as_view(), name="worklist_changes"),
]
