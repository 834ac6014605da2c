from django.urls import URLPattern, URLResolver, path

from webapp.display_check import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("display-check/", pages.display_check, name="display_check"),
    path("display-check/<uuid:key>/", pages.checked_display, name="checked_display"),
    path("display-check/<uuid:key>/<slug:code>.png", pages.strip, name="display_check_strip"),
]
