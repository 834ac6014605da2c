"""What counts against a quota: stored files and quarantined ones, of the person and of the site."""

from typing import Any

import pytest

from tests.webapp.viewer.case_factory import make_image, make_user
from webapp.accounts.models import User
from webapp.archive.models import QuarantinedFile
from webapp.archive.quota import quota_refusal

pytestmark = pytest.mark.django_db


def quarantined(user: User, size: int) -> None:
    QuarantinedFile.objects.create(code="not_dicom", sha256="0" * 64, bytes=size, source="upload", uploaded_by=user)


def test_quarantined_bytes_count_so_that_bad_files_cannot_fill_the_disk(settings: Any) -> None:
    settings.USER_QUOTA_BYTES, settings.STORAGE_QUOTA_BYTES = 1000, 0
    user = make_user("alice")
    make_image(uploaded_by=user, bytes=400)
    quarantined(user, 500)
    assert quota_refusal(user, 100) is None
    refusal = quota_refusal(user, 101)
    assert refusal is not None
    assert refusal.code == "quota_exceeded"
    assert "your storage quota" in refusal.text


def test_quarantined_bytes_of_everybody_count_for_the_site(settings: Any) -> None:
    settings.USER_QUOTA_BYTES, settings.STORAGE_QUOTA_BYTES = 0, 1000
    quarantined(make_user("bob"), 600)
    make_image(uploaded_by=make_user("carol"), bytes=300)
    for user in (make_user("alice"), None):
        assert quota_refusal(user, 100) is None
        refusal = quota_refusal(user, 101)
        assert refusal is not None
        assert "the site's storage quota" in refusal.text


def test_what_others_sent_is_not_mine(settings: Any) -> None:
    settings.USER_QUOTA_BYTES, settings.STORAGE_QUOTA_BYTES = 1000, 0
    bob = make_user("bob")
    quarantined(bob, 900)
    make_image(uploaded_by=bob, bytes=900)
    assert quota_refusal(make_user("alice"), 1000) is None
