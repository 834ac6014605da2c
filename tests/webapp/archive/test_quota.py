"""What counts against a quota: stored files and quarantined ones, of the person and of the site."""

import random
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.webapp.archive.dicom_files import chest_dicom
from tests.webapp.viewer.case_factory import make_image, make_user
from webapp.accounts.models import User
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Image, Project, QuarantinedFile, StoredBytes
from webapp.archive.quota import STORED_BYTES, quota_refusal
from webapp.kept_in_step import differing

pytestmark = pytest.mark.django_db


def quarantined(user: User | None, size: int) -> None:
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


def totals() -> dict[int, int]:
    return dict(StoredBytes.objects.values_list("owner", "bytes"))


def test_totals_follow_every_way_of_adding_changing_and_removing() -> None:
    numbers, users = random.Random(7), [make_user("alice"), make_user("bob"), None]
    for step in range(120):
        model = numbers.choice([Image, QuarantinedFile])
        rows, size = list(model.objects.all()), numbers.choice([0, 1, 300, 7000])
        if not rows or numbers.random() < 0.5:
            owner = numbers.choice(users)
            make_image(uploaded_by=owner, bytes=size) if model is Image else quarantined(owner, size)
        elif numbers.random() < 0.5:
            model.objects.filter(pk=numbers.choice(rows).pk).update(bytes=size, uploaded_by=numbers.choice(users))
        else:
            numbers.choice(rows).delete()
        expected: dict[int, int] = {}
        for row in [*Image.objects.all(), *QuarantinedFile.objects.all()]:
            expected[row.uploaded_by_id or 0] = expected.get(row.uploaded_by_id or 0, 0) + row.bytes  # type: ignore[attr-defined]
        assert totals() == {owner: size for owner, size in expected.items() if size}, step
    assert differing(STORED_BYTES) == 0


def test_a_file_that_is_taken_back_is_not_counted() -> None:
    with transaction.atomic():
        make_image(uploaded_by=make_user("alice"), bytes=5)
        transaction.set_rollback(True)
    assert totals() == {}


def test_of_two_files_at_once_the_second_is_refused(
    settings: Any, storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both were asked before either was stored, as when two requests come in together."""
    content = chest_dicom()
    user, project = make_user("alice"), Project.default()
    settings.USER_QUOTA_BYTES, settings.STORAGE_QUOTA_BYTES = len(content) + 10, 0
    monkeypatch.setattr("webapp.archive.ingest.quota_refusal", lambda user, more_bytes: None)
    quarantined(user, 11)
    outcome = ingest_file([content], Sender(project, user, "upload"))
    assert (outcome.status, outcome.reason and outcome.reason.code) == ("quarantined", "quota_exceeded")
    assert not Image.objects.exists()
    assert not [path for path in Path(settings.STORE_DIR).rglob("*") if path.is_file()]
    assert totals() == {user.pk: 11}
