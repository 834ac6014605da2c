from django.urls import URLPattern, URLResolver, path

from webapp.watching import pages

HERE = "models/watching/"
urlpatterns: list[URLPattern | URLResolver] = [
    path(HERE, pages.watching, name="watching"),
    path(f"{HERE}export/", pages.export, name="export_watching"),
    path(f"{HERE}month/", pages.export_month, name="export_month"),
]
