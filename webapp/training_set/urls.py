from django.urls import URLPattern, URLResolver, path

from webapp.training_set.pages import training_set, training_set_check

urlpatterns: list[URLPattern | URLResolver] = [
    path("failures/training-set/", training_set, name="training_set"),
    path("failures/training-set/<uuid:image_id>/check/", training_set_check, name="training_set_check"),
]
