from django.urls import URLPattern, URLResolver, path

from webapp.deployments import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("models/", views.models, name="models"),
    path("models/add/", views.add_model, name="add_model"),
    path("models/<str:bundle_id>/", views.model, name="model"),
    path("models/<str:bundle_id>/activate/", views.activate_model, name="activate_model"),
    path("models/<str:bundle_id>/rollback/", views.roll_back_model, name="roll_back_model"),
    path("models/<str:bundle_id>/owner/", views.name_model_owner, name="name_model_owner"),
]
