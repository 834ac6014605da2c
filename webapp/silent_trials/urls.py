from django.urls import URLPattern, URLResolver, path

from webapp.silent_trials import pages

HERE = "models/silent/"
urlpatterns: list[URLPattern | URLResolver] = [
    path(HERE, pages.silent_trials, name="silent_trials"),
    path(f"{HERE}start/", pages.start, name="start_silent_trial"),
    path(f"{HERE}<int:number>/", pages.silent_trial, name="silent_trial"),
    path(f"{HERE}<int:number>/export/", pages.export, name="export_silent_trial"),
    path(f"{HERE}<int:number>/end/", pages.end, name="end_silent_trial"),
]
