from django.urls import URLPattern, URLResolver, path

from webapp.accounts import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("token/", api.TokenView.as_view(), name="token"),
    path("token/revoke/", api.RevokeTokenView.as_view(), name="revoke_token"),
    path("me/", api.MeView.as_view(), name="me"),
]
