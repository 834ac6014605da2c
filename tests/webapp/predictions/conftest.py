"""A radiologist, a waiting prediction, and a finished one with its map files."""

import uuid
from typing import Any

import numpy as np
import pytest

from webapp.accounts.models import User
from webapp.predictions.map_files import write_maps
from webapp.predictions.models import Prediction
from webapp.predictions.requests import predict_new_image
from webapp.work.models import Job

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
