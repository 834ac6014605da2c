from django.urls import URLPattern, URLResolver, path

from webapp.viewer.views.events import events
from webapp.viewer.views.reading import reading
from webapp.viewer.views.second_window import second_window
from webapp.viewer.views.upload_report import upload_report
from webapp.viewer.views.worklist import worklist, worklist_search

urlpatterns: list[URLPattern | URLResolver] = [
    path("", worklist, name="worklist"),
    path("search/", worklist_search, name="worklist_search"),
    path("images/<uuid:image_id>/", reading, name="reading"),
    path("second-window/", second_window, name="second_window"),
    path("uploads/<uuid:upload_id>/", upload_report, name="upload_report"),
    path("events/", events, name="events"),
]
