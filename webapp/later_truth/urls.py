from django.urls import URLPattern, URLResolver, path

from webapp.later_truth.pages import own_later_truths

urlpatterns: list[URLPattern | URLResolver] = [
    path("later-truth/", own_later_truths, name="own_later_truths"),
]
