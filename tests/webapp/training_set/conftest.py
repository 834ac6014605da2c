"""Reviewed radiographs with files: what an export is made of."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings

from tests.webapp.archive.dicom_files import chest_dicom
from tests.webapp.viewer.case_factory import make_finding, make_result
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Image, Project

MODEL_BOX = {"x": 8, "y": 8, "w": 16, "h": 16, "rule": "otsu", "map": "gradcam", "score": 0.9}


@pytest.fixture
def site(storage: Path, settings: LazySettings) -> Path:
    """Storage and keys below a temporary folder."""
    settings.DEIDENTIFICATION_DIR = storage / "keys"
    return storage


@pytest.fixture
def stored(site: Path) -> Callable[..., Image]:
    """`stored(decision="positive", content=None, **attributes)`: an image that came in by the door, with a result."""

    def make(decision: str = "positive", content: bytes | None = None, **attributes: Any) -> Image:
        outcome = ingest_file([content or chest_dicom(**attributes)], Sender(Project.default(), None, "upload"))
        assert outcome.image is not None, outcome
        opacity = make_finding("lung_opacity", None if decision == "refused" else 0.8, decision)
        opacity["boxes"] = [MODEL_BOX] if decision == "positive" else []
        findings = [opacity, make_finding("pleural_effusion", 0.1, "negative")]
        document = {"findings": findings, "gate": {"verdict": "pass", "checks": []}}
        make_result(outcome.image, document=document, image_sha256=outcome.image.stored_sha256)
        return outcome.image

    return make
