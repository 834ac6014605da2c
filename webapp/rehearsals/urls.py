from django.urls import URLPattern, URLResolver, path

from webapp.rehearsals import pages

HERE = "models/rehearsals/"
urlpatterns: list[URLPattern | URLResolver] = [
    path(HERE, pages.rehearsals, name="rehearsals"),
    path(f"{HERE}ask/", pages.ask, name="ask_rehearsal"),
    path(f"{HERE}<int:number>/", pages.rehearsal, name="rehearsal"),
    path(f"{HERE}<int:number>/export/", pages.export, name="export_rehearsal"),
    path(f"{HERE}<int:number>/tick/", pages.tick_miss, name="tick_miss"),
]
