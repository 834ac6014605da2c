from django.urls import URLPattern, URLResolver, path

from webapp.probes.views import ImageProbes, ProbeView

urlpatterns: list[URLPattern | URLResolver] = [
    path("images/<str:uid>/probes/", ImageProbes.as_view(), name="image_probes"),
    path("probes/<uuid:probe_id>/", ProbeView.as_view(), name="probe"),
]
