from django.urls import URLPattern, URLResolver, path

from webapp.priors.api import ImagePriors, PriorOpening

urlpatterns: list[URLPattern | URLResolver] = [
    path("images/<str:uid>/priors/", ImagePriors.as_view(), name="image_priors"),
    path("images/<str:uid>/priors/<uuid:prior>/opening/", PriorOpening.as_view(), name="open_prior"),
]
