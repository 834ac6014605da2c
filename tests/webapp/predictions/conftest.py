"""An image row, a person of each role, and a finished prediction with its map files."""

import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from webapp.accounts.models import User
from webapp.archive.models import Image, Project
from webapp.predictions.map_files import write_maps
from webapp.predictions.models import Job, Prediction
from webapp.predictions.requests import predict_new_image

# K = 2 findings, h x w = 2 x 3, as a model would store them.
GRADCAM = np.array([[[0, 0, 0], [0, 0, 0]], [[0, 0.5, 0], [0, 1, 0.25]]], dtype=np.float32)
DOCUMENT: dict[str, Any] = {
    "gate": {"verdict": "pass", "checks": []},
    "maps": [
        {
            "kind": "gradcam",
            "method": "Grad-CAM",
            "findings": ["lung_opacity", "pleural_effusion"],
            "height": 2,
            "width": 3,
        }
    ],
    "findings": [
        {"key": "lung_opacity", "probability": 0.2, "decision": "negative", "boxes": []},
        {"key": "pleural_effusion", "probability": 0.9, "decision": "positive", "boxes": []},
    ],
}


@pytest.fixture
def radiologist(db) -> User:
    return User.objects.create_user("rose", password="long-enough-password", role=User.Role.RADIOLOGIST)


@pytest.fixture
def make_image(db) -> Callable[..., Image]:
    """An image row without a file; enough for everything that does not read pixels."""

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


@pytest.fixture
def queued(make_image) -> Prediction:
    """A prediction that waits for a worker."""
    image = make_image()
    predict_new_image(image)
    return image.predictions.get()


@pytest.fixture
def succeeded(queued, settings, tmp_path) -> Prediction:
    """A finished prediction with its map file."""
    settings.MAP_DIR = tmp_path / "maps"
    maps = write_maps(queued.id, uuid.uuid4(), {"gradcam": GRADCAM})
    queued.maps_key, queued.maps_sha256 = maps.key, maps.sha256
    queued.document, queued.bundle_id, queued.bundle_name, queued.bundle_version = DOCUMENT, "c" * 64, "tiny", "1.0.0"
    queued.save()
    Job.objects.filter(id=queued.job_id).update(state=Job.State.SUCCEEDED)
    queued.job.refresh_from_db()
    return queued
