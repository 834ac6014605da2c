"""A chest that was stored and explained by the tiny bundle, which is in service, and its reader."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client

from tests.inference.thorax.drawn_chest import drawn_chest
from tests.inference.tiny_bundle import make_tiny_bundle
from tests.webapp.archive.dicom_files import chest_dicom
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Image, Project
from webapp.predictions import bundle_store
from webapp.predictions.bundle_store import bundle_path
from webapp.predictions.models import Prediction
from webapp.work.worker import run_one

ROWS, COLUMNS = 256, 260
CHEST = (drawn_chest(ROWS, COLUMNS) * 4000).clip(0, 4095).astype(np.uint16)
FINDING = "lung_opacity"


def put_in_service(folder: Path, **changes: Any) -> str:
    path = folder / "made.bundle"
    bundle_id = make_tiny_bundle(path, **changes)
    path.rename(bundle_path(bundle_id))
    Project.objects.update(active_bundle=bundle_id)
    return bundle_id


def stored(pixels: np.ndarray = CHEST, **more: Any) -> Image:
    rows, columns = pixels.shape
    more = {"PatientOrientation": ["L", "F"], **more}
    file = chest_dicom(rows=rows, columns=columns, PixelData=pixels.tobytes(), **more)
    image = ingest_file([file], Sender(Project.default(), None, "upload")).image
    assert image is not None
    return image


@pytest.fixture
def result(storage: Path, monkeypatch: pytest.MonkeyPatch) -> Prediction:
    monkeypatch.setattr(bundle_store, "_shelf", bundle_store.EngineShelf())
    Project.default()
    put_in_service(storage)
    image = stored()
    assert run_one()
    found: Prediction = image.predictions.get()
    return found


@pytest.fixture
def reader(signed_in: Callable[..., Client]) -> Client:
    return signed_in()


def answer(client: Client, result: Prediction, finding: str = FINDING, verdict: str = "cannot_judge") -> None:
    body = {
        "bundle": result.bundle_id,
        "finding": finding,
        "verdict": verdict,
        "idempotency_key": f"{finding} {verdict}",
    }
    said = client.post(f"/api/images/{result.image_id}/reviews/", body, content_type="application/json")
    assert said.status_code == 201, said.content


def ask(client: Client, result: Prediction, areas: list[dict[str, Any]], **changes: Any) -> Any:
    body = {"prediction": str(result.pk), "finding": FINDING, "areas": areas, **changes}
    return client.post(f"/api/images/{result.image_id}/probes/", body, content_type="application/json")


BOX = {"box": {"x": 20.0, "y": 20.0, "w": 80.0, "h": 80.0}}
