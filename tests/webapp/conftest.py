"""The people, folders and image rows of the web tests."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

STORAGE_SETTINGS = (
    "STORE_DIR",
    "QUARANTINE_DIR",
    "INCOMING_DIR",
    "FRAME_CACHE_DIR",
    "MAP_DIR",
    "BUNDLE_DIR",
    "RUN_DIR",
)


@pytest.fixture
def storage(tmp_path: Path, settings: LazySettings) -> Path:
    """All storage folders below a temporary one, which is given; nothing is remembered of the bundles of another."""
    from webapp.operating_points import bundle_curve
    from webapp.predictions import bundle_store

    for glance in (bundle_store._glance, bundle_store._finding_rows, bundle_curve._manifest):
        glance.cache_clear()
    for name in STORAGE_SETTINGS:
        folder = tmp_path / name.lower()
        folder.mkdir()
        setattr(settings, name, folder)
    settings.FILE_UPLOAD_TEMP_DIR = settings.INCOMING_DIR
    return tmp_path


@pytest.fixture(autouse=True)
def fast_passwords(settings: LazySettings) -> None:
    """Slow hashes are Django's to test; here they would be most of the time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def readiness_is_looked_at_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test before found is not this one's."""
    monkeypatch.setattr("webapp.work.health.LOOK_SECONDS", 0)


@pytest.fixture
def person(db: None) -> Callable[..., object]:
    """Makes a person by role: `person("manager")`, or with a name: `person("radiologist", "stranger")`."""
    from webapp.accounts.models import User

    def make(role: str = "radiologist", username: str = "") -> User:
        return User.objects.create_user(username or role, password="a long test password", role=role)

    return make


@pytest.fixture
def signed_in(person: Callable[..., object]) -> Callable[..., Client]:
    """A client that a person of this role has signed in with; `client.person` is the person."""

    def make(role: str = "radiologist", username: str = "") -> Client:
        client = Client()
        client.person = person(role, username)
        client.force_login(client.person)
        return client

    return make


@pytest.fixture
def make_image(db: None) -> Callable[..., object]:
    """An image row without a file; enough for everything that does not read pixels."""

    from webapp.archive.models import Image, Project

    def make(**values: Any) -> Image:
        uid = f"2.25.{uuid.uuid4().int}"
        row = {
            "project": Project.default(),
            "sop_instance_uid": uid,
            "study_instance_uid": uid,
            "series_instance_uid": uid,
            "sop_class_uid": "1.2.840.10008.5.1.4.1.1.1.1",
            "transfer_syntax_uid": "1.2.840.10008.1.2.1",
            "modality": "DX",
            "rows": 20,
            "columns": 30,
            "bits_stored": 12,
            "photometric": "MONOCHROME2",
            "header": {},
            "received_sha256": "a" * 64,
            "stored_sha256": "b" * 64,
            "bytes": 1200,
            "storage_key": uuid.uuid4(),
        }
        return Image.objects.create(**{**row, **values})

    return make
