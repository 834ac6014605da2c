import pytest
from django.db.models import ProtectedError

from tests.webapp.viewer.case_factory import review_body
from webapp.accounts.models import User
from webapp.archive.models import Image
from webapp.reviews.models import AppendOnlyViolation, CaseReview
from webapp.reviews.record_review import record_review


@pytest.fixture
def review(reader: User, case: Image) -> CaseReview:
    return record_review(reader, case, review_body())[0]


def test_a_stored_review_cannot_be_saved_again(review: CaseReview) -> None:
    review.note = "changed"
    with pytest.raises(AppendOnlyViolation, match=str(review.pk)):
        review.save()


def test_a_stored_review_cannot_be_deleted(review: CaseReview) -> None:
    with pytest.raises(AppendOnlyViolation, match="cannot be deleted"):
        review.delete()


def test_many_reviews_cannot_be_changed_or_deleted_at_once(review: CaseReview) -> None:
    with pytest.raises(AppendOnlyViolation, match="note"):
        CaseReview.objects.update(note="changed")
    with pytest.raises(AppendOnlyViolation, match="delete"):
        CaseReview.objects.all().delete()
    with pytest.raises(AppendOnlyViolation, match="note"):
        CaseReview.objects.bulk_update([review], ["note"])


def test_a_review_keeps_its_reader_and_its_image(review: CaseReview) -> None:
    with pytest.raises(ProtectedError):
        review.reader.delete()
    with pytest.raises(ProtectedError):
        review.image.delete()
