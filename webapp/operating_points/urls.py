from django.urls import URLPattern, URLResolver, path

from webapp.operating_points import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("operating-points/", pages.operating_points, name="operating_points"),
    path("operating-points/<slug:slug>/case-mix/", pages.change_case_mix, name="change_case_mix"),
    path("operating-points/<slug:slug>/proposals/", pages.propose_point, name="propose_point"),
    path("operating-points/<slug:slug>/proposals/<int:version>/", pages.decide_point, name="decide_point"),
]
