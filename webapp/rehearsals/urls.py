from django.urls import URLPattern, URLResolver, path

from webapp.rehearsals import miss_pages, pages

HERE = "models/rehearsals/"
urlpatterns: list[URLPattern | URLResolver] = [
    path(HERE, pages.rehearsals, name="rehearsals"),
    path(f"{HERE}ask/", pages.ask, name="ask_rehearsal"),
    path(f"{HERE}<int:number>/", pages.rehearsal, name="rehearsal"),
    path(f"{HERE}<int:number>/export/", pages.export, name="export_rehearsal"),
    path(f"{HERE}<int:number>/report/", pages.export_report, name="export_rehearsal_report"),
    path(f"{HERE}<int:number>/retry/", pages.retry, name="retry_rehearsal"),
    path(f"{HERE}<int:number>/misses/<uuid:image>/<slug:finding>/", miss_pages.miss, name="rehearsal_miss"),
    path(
        f"{HERE}<int:number>/misses/<uuid:image>/<slug:finding>/<slug:model>.png",
        miss_pages.miss_picture,
        name="rehearsal_miss_picture",
    ),
    path(f"{HERE}<int:number>/tick/", pages.tick_miss, name="tick_miss"),
]
