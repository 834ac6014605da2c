from django.urls import URLPattern, URLResolver, path

from webapp.sentinel.api import FirstLookView, ShowModelView
from webapp.sentinel.look_export import FirstLookExport

urlpatterns: list[URLPattern | URLResolver] = [
    path("images/<str:uid>/first-look/", FirstLookView.as_view(), name="first_look"),
    path("images/<str:uid>/first-look/show-model/", ShowModelView.as_view(), name="show_model"),
    path("first-looks/export/", FirstLookExport.as_view(), name="first_look_export"),
]
