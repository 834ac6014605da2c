from django.urls import URLPattern, URLResolver, path

from webapp.site_calibration import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("models/site-calibration/", pages.calibrations, name="site_calibrations"),
    path("models/site-calibration/ask/", pages.ask, name="ask_site_calibration"),
    path("models/site-calibration/<int:number>/", pages.calibration, name="site_calibration"),
]
