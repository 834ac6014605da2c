from django.urls import URLPattern, URLResolver, path

from webapp.viewer.views.events import WorklistChanges
from webapp.viewer.views.own_hanging import OwnHangingView
from webapp.viewer.views.own_keys import OwnKeysView
from webapp.viewer.views.reading import CaseOpening

urlpatterns: list[URLPattern | URLResolver] = [
    path("images/<str:key>/opening/", CaseOpening.as_view(), name="case_opening"),
    path("me/hanging/", OwnHangingView.as_view(), name="own_hanging"),
    path("me/keys/", OwnKeysView.as_view(), name="own_keys"),
    path("worklist/", WorklistChanges.as_view(), name="worklist_changes"),
]
