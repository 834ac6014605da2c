"""GET /api/images/{uid}/thorax/: the lines that were found, in the picture as it is looked at."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client

from tests.inference.thorax.drawn_chest import drawn_chest
from tests.webapp.archive.dicom_files import chest_dicom
from tests.webapp.openapi_check import broken_promises
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Image, Project
from webapp.audit.models import AccessEvent

CHEST = (drawn_chest(256, 260) * 4000).clip(0, 4095).astype(np.uint16)
pytestmark = pytest.mark.django_db


def stored(pixels: np.ndarray, **more: Any) -> Image:
    rows, columns = pixels.shape
    file = chest_dicom(rows=rows, columns=columns, PixelData=np.ascontiguousarray(pixels).tobytes(), **more)
    image = ingest_file([file], Sender(Project.default(), None, "upload")).image
    assert image is not None
    return image


def asked(client: Client, image: Image) -> dict[str, Any]:
    path = f"/api/images/{image.pk}/thorax/"
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    document: dict[str, Any] = answer.json()
    assert broken_promises("get", path, 200, document) == []
    return document


def test_a_mirrored_file_has_the_lines_of_the_picture_that_is_shown(
    storage: Path, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    straight = asked(client, stored(CHEST, PatientOrientation=["L", "F"]))
    mirrored = asked(client, stored(CHEST[:, ::-1], PatientOrientation=["R", "F"]))
    assert straight["problem"] is None
    assert straight["lines"] == mirrored["lines"]
    assert straight["lines"]["apex"] < straight["lines"]["right_dome"] < 256
    assert 100 < straight["lines"]["midline"][0] < 160
    assert AccessEvent.objects.order_by("-sequence")[0].verb == "image.view_thorax"


def test_no_lines_come_with_the_reason(storage: Path, signed_in: Callable[..., Client]) -> None:
    client = signed_in()
    side = asked(client, stored(CHEST, ViewPosition="LL", PatientOrientation=["A", "F"]))
    assert (side["lines"], side["problem"]["code"]) == (None, "not_frontal")
    empty = asked(client, stored(np.full((200, 200), 700, np.uint16)))
    assert empty["lines"] is None
    assert empty["problem"]["code"] in ("blank", "no_thorax")
