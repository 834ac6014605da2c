"""Pages of reader studies."""

from django.urls import URLPattern, URLResolver

from reader_study.pages.page_urls import page_urlpatterns

urlpatterns: list[URLPattern | URLResolver] = page_urlpatterns
