from django.urls import URLPattern, URLResolver, include, path

from reader_study.views.failure_scheme import FailureScheme
from reader_study.views.image_reviews import ImageReviews
from reader_study.views.review_export import ReviewExport

urlpatterns: list[URLPattern | URLResolver] = [
    path("images/<str:uid>/reviews/", ImageReviews.as_view(), name="image_reviews"),
    path("failure-scheme/", FailureScheme.as_view(), name="failure_scheme"),
    path("reviews/export/", ReviewExport.as_view(), name="review_export"),
    path("", include("reader_study.study_api_urls")),
]
