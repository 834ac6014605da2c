from django.urls import URLPattern, URLResolver, path

from webapp.reviews.views.failure_scheme import FailureScheme
from webapp.reviews.views.image_reviews import ImageReviews
from webapp.reviews.views.review_export import ReviewExport
from webapp.reviews.views.site_proposals import SiteProposalsView

urlpatterns: list[URLPattern | URLResolver] = [
    path("images/<str:uid>/reviews/", ImageReviews.as_view(), name="image_reviews"),
    path("images/<str:uid>/site-proposals/", SiteProposalsView.as_view(), name="site_proposals"),
    path("failure-scheme/", FailureScheme.as_view(), name="failure_scheme"),
    path("reviews/export/", ReviewExport.as_view(), name="review_export"),
]
