from django.urls import URLPattern, URLResolver, path

from webapp.accounts import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("admin/login/", views.admin_door, name="admin_door"),  # before Django's own, which counts no failures
    path("settings/", views.own_settings, name="own_settings"),
    path("sign-out/", views.sign_out, name="sign_out"),
]
