"""GET and POST /api/images/{uid}/reviews/: the reviews of one image."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from webapp.accounts.policy import may_see_predictions, require
from webapp.archive.lookup import image_or_404
from webapp.json_bodies import ref
from webapp.reviews.openapi import REFUSED, REVIEW, REVIEW_LIST
from webapp.reviews.record_review import record_review
from webapp.reviews.review_body import ReviewRefused, ReviewRequest
from webapp.reviews.review_document import review_document
from webapp.reviews.visible import visible_reviews

JSON = "application/json"


class ImageReviews(APIView):
    """What readers said of the model's answers in one image. Append-only: a correction names what it replaces."""

    @extend_schema(operation_id="reviews_of_image", responses={(200, JSON): REVIEW_LIST})
    def get(self, request: Request, uid: str) -> Response:
        """All reviews of the image that the caller may see, newest first."""
        image = image_or_404(request.user, uid)
        require(may_see_predictions(request.user, image))
        reviews = visible_reviews(request.user).filter(image=image)
        return Response({"reviews": [review_document(review, request.user) for review in reviews]})

    @extend_schema(
        operation_id="record_review",
        request={JSON: ref(ReviewRequest)},
        responses={
            (201, JSON): REVIEW,
            (200, JSON): REVIEW,
            (400, JSON): REFUSED,
            (401, JSON): REFUSED,
            (409, JSON): REFUSED,
        },
    )
    def post(self, request: Request, uid: str) -> Response:
        """Stores a review (201). The same key with the same content answers the stored one (200), with other content 409."""
        image = image_or_404(request.user, uid)
        try:
            review, is_new = record_review(request.user, image, request.data)
        except ReviewRefused as refused:
            return Response(refused.document(), status=refused.http)
        return Response(review_document(review, request.user), status=201 if is_new else 200)
