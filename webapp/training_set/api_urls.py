from django.urls import URLPattern, URLResolver, path

from webapp.training_set.api import TrainingSetExport

urlpatterns: list[URLPattern | URLResolver] = [
    path("reviews/training-set/", TrainingSetExport.as_view(), name="training_set_export"),
]
