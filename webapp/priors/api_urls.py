from django.urls import URLPattern, URLResolver, path

from webapp.priors.api import ImagePriors, PredictionTrend, PriorOpening

urlpatterns: list[URLPattern | URLResolver] = [
    path("images/<str:uid>/priors/", ImagePriors.as_view(), name="image_priors"),
    path("images/<str:uid>/priors/<uuid:prior>/opening/", PriorOpening.as_view(), name="open_prior"),
    path("predictions/<uuid:prediction_id>/trend/", PredictionTrend.as_view(), name="prediction_trend"),
]
