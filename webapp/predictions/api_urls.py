from django.urls import URLPattern, URLResolver, path

from webapp.predictions.reproductions import Reproductions
from webapp.predictions.views import CancelPrediction, ImagePredictions, PredictionMap, RetryPrediction

urlpatterns: list[URLPattern | URLResolver] = [
    path("images/<str:key>/predictions/", ImagePredictions.as_view(), name="api_image_predictions"),
    path("predictions/<uuid:prediction_id>/maps/<str:kind>/", PredictionMap.as_view(), name="api_prediction_map"),
    path("predictions/<uuid:prediction_id>/cancel/", CancelPrediction.as_view(), name="api_cancel_prediction"),
    path("predictions/<uuid:prediction_id>/reproductions/", Reproductions.as_view(), name="api_reproductions"),
    path("predictions/<uuid:prediction_id>/retry/", RetryPrediction.as_view(), name="api_retry_prediction"),
]
