"""A bundle whose points were measured on cases that the tests know, in service, with a result of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import LazySettings

from tests.inference.tiny_bundle import make_tiny_bundle, tiny_manifest
from tests.webapp.viewer.case_factory import make_image, make_result
from training.calibration.operating_point import choose, roc_points
from webapp.archive.models import Project
from webapp.predictions.bundle_store import bundle_path
from webapp.predictions.models import Prediction

KEY = "lung_opacity"


@dataclass(frozen=True)
class Measured:
    """scores, labels: of the cases behind the bundle's points of lung opacity. point: as training chose it."""

    scores: np.ndarray
    labels: np.ndarray
    point: dict[str, Any] = field(default_factory=dict)


@pytest.fixture
def measured() -> Measured:
    """23 with and 61 without the finding."""
    generator = np.random.default_rng(12)
    logits = np.concatenate([generator.normal(1.2, 1, 23), generator.normal(-1, 1, 61)])
    scores, labels = 1 / (1 + np.exp(-logits)), np.concatenate([np.ones(23), np.zeros(61)])
    return Measured(scores, labels, choose(scores, labels).document())


@pytest.fixture
def in_service(tmp_path: Path, settings: LazySettings) -> Callable[..., str]:
    """Puts a tiny bundle in service whose first finding has these parts; None leaves a part out."""
    settings.BUNDLE_DIR = tmp_path

    def make(version: str = "1.0.0", **parts: Any) -> str:
        findings = tiny_manifest()["findings"]
        findings[0] |= parts
        path = tmp_path / "tiny.bundle"
        bundle_id = make_tiny_bundle(path, findings=findings, version=version)
        path.rename(bundle_path(bundle_id))
        Project.default()
        Project.objects.update(active_bundle=bundle_id)
        return bundle_id

    return make


@pytest.fixture
def result(measured: Measured, in_service: Callable[..., str]) -> Prediction:
    """A result of the measured bundle, .61 positive."""
    bundle_id = in_service(roc=roc_points(measured.scores, measured.labels), operating_point=measured.point)
    return result_of(bundle_id, measured.point)


def result_of(bundle_id: str, point: dict[str, Any]) -> Prediction:
    made = make_result(make_image(), 0.61, bundle_id=bundle_id)
    shown = {name: point[name] for name in ("threshold", "sensitivity", "specificity")}
    made.document["findings"][0]["operating_point"] = shown
    made.save()
    return made
