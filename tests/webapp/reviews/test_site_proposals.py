"""GET /api/images/{uid}/site-proposals/: sites and side of a place, however the picture is stored, behind the frame's gates."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client

from inference.thorax import site_atlas
from tests.inference.thorax.drawn_chest import drawn_chest
from tests.webapp.archive.dicom_files import chest_dicom
from tests.webapp.openapi_check import broken_promises
from webapp.accounts.policy import Refusal
from webapp.archive.frame import frames, thorax
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Image, Project
from webapp.archive.storage import stored_path
from webapp.audit.models import AccessEvent
from webapp.reviews import site_proposals as service
from webapp.reviews.failure_scheme import CAUSES, LATERALITIES, SEVERITIES, SITES, Scheme

ROWS, COLUMNS = 256, 260
LEFT_HILUM = (156.0, 127.0)  # x, y of drawn_chest: u .29, v .55
RIGHT_HILUM = (104.0, 127.0)
CHEST = (drawn_chest(ROWS, COLUMNS) * 4000).clip(0, 4095).astype(np.uint16)


def stored(pixels: np.ndarray = CHEST, orientation: tuple[str, str] | None = ("L", "F"), **more: Any) -> Image:
    rows, columns = pixels.shape
    drop = () if orientation else ("PatientOrientation",)
    named = {"PatientOrientation": list(orientation)} if orientation else {}
    file = chest_dicom(rows=rows, columns=columns, PixelData=pixels.tobytes(), drop=drop, **named, **more)
    image = ingest_file([file], Sender(Project.default(), None, "upload")).image
    assert image is not None
    return image


@pytest.fixture
def client(storage: Path, signed_in: Callable[..., Client]) -> Client:
    return signed_in()


def asked(client: Client, image: Image) -> dict[str, Any]:
    path = f"/api/images/{image.pk}/site-proposals/"
    answer = client.get(path)
    assert answer.status_code == 200, answer.content
    document: dict[str, Any] = answer.json()
    assert broken_promises("get", path, 200, document) == []
    return document


def offered(
    document: dict[str, Any], image: Image, x: float, y: float, group: str = "air_space"
) -> tuple[list[str], str]:
    """As the page looks it up: the cell that the place lies in."""
    column, row = int(x / image.columns * document["columns"]), int(y / image.rows * document["rows"])
    cell = row * document["columns"] + column
    return document["rankings"][document["cells"][cell]][group], document["sides"][cell]


def test_the_hila_are_offered_at_the_hila(client: Client) -> None:
    image = stored()
    document = asked(client, image)
    assert document["problem"] is None
    assert len(document["cells"]) == len(document["sides"]) == document["rows"] * document["columns"]
    for place, side in ((LEFT_HILUM, "L"), (RIGHT_HILUM, "R")):
        sites, found = offered(document, image, *place)
        assert (sites[0], found) == ("HIL", side)


@pytest.mark.parametrize(
    ("pixels", "orientation", "place"),
    [
        (CHEST[:, ::-1], ("R", "F"), (COLUMNS - LEFT_HILUM[0], LEFT_HILUM[1])),
        (CHEST[::-1], ("L", "H"), (LEFT_HILUM[0], ROWS - LEFT_HILUM[1])),
        (CHEST.T, ("F", "L"), (LEFT_HILUM[1], LEFT_HILUM[0])),
        (CHEST[::-1, ::-1].T, ("H", "R"), (ROWS - LEFT_HILUM[1], COLUMNS - LEFT_HILUM[0])),
    ],
    ids=["mirrored", "upside down", "transposed", "turned and transposed"],
)
def test_the_side_is_the_patients_however_the_picture_is_stored(
    client: Client, pixels: np.ndarray, orientation: tuple[str, str], place: tuple[float, float]
) -> None:
    image = stored(np.ascontiguousarray(pixels), orientation)
    sites, side = offered(asked(client, image), image, *place)
    assert (sites[0], side) == ("HIL", "L")


def test_a_file_that_does_not_state_its_sides_gets_sites_and_no_side(client: Client) -> None:
    image = stored(orientation=None)
    document = asked(client, image)
    assert offered(document, image, *LEFT_HILUM)[0][0] == "HIL"
    assert set(document["sides"]) == {"U"}


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (lambda: stored(np.full((200, 200), 900, np.uint16)), "blank"),
        (lambda: stored(np.random.default_rng(3).integers(0, 4095, (200, 200), np.uint16)), "no_thorax"),
        (lambda: stored(CHEST[:60]), "too_small"),
        (lambda: stored(ViewPosition="LL", orientation=("P", "F")), "not_frontal"),
        (lambda: stored(BodyPartExamined="HAND"), "not_chest"),
    ],
    ids=["blank", "noise", "small", "lateral", "hand"],
)
def test_where_no_thorax_is_nothing_is_proposed(client: Client, image: Callable[[], Image], code: str) -> None:
    document = asked(client, image())
    assert document["problem"]["code"] == code
    assert (document["cells"], document["sides"], document["rankings"]) == ([], "", [])


def test_a_finding_is_not_offered_what_it_cannot_be(client: Client) -> None:
    image = stored()
    document = asked(client, image)
    for ranking in document["rankings"]:
        assert "HIL" not in ranking["heart"]
        assert "RCD" not in ranking["pneumothorax"]
    assert document["groups"]["cardiomegaly"] == "heart"
    assert "HIL" in document["not_offered"]["heart"]
    assert document["not_offered"]["air_space"] == []
    nothing_found = asked(client, stored(np.full((200, 200), 900, np.uint16)))
    assert nothing_found["not_offered"] == document["not_offered"]
    assert offered(document, image, *LEFT_HILUM, "heart")[0][0] in ("CAR", "MED")


def test_a_retired_site_gives_way_to_its_successor(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    image = stored()
    newer = Scheme(2, {**SITES, "HLM": "hilum"}, LATERALITIES, CAUSES, SEVERITIES, {"sites": {"HIL": "HLM", "PLE": ""}})
    monkeypatch.setattr(service, "current_scheme", lambda: newer)
    document = asked(client, image)
    assert offered(document, image, *LEFT_HILUM)[0][0] == "HLM"
    assert {site for ranking in document["rankings"] for sites in ranking.values() for site in sites} <= set(
        newer.in_use("sites")
    )


def test_every_site_of_the_table_is_one_of_the_scheme() -> None:
    atlas = site_atlas()
    named = {site for group in atlas.groups.values() for site in (*group.first, *group.never)}
    assert {site for ranking in atlas.rankings for site in ranking} | named <= set(SITES)


def test_it_is_searched_once_and_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    image = stored()
    first = asked(client, image)
    monkeypatch.setattr(thorax, "find_thorax", lambda gray: pytest.fail("searched again"))
    assert asked(client, image) == first
    frames.forget(image)
    with pytest.raises(pytest.fail.Exception):
        asked(client, image)


def test_it_goes_through_the_gates_of_the_frame(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    image = stored()
    path = f"/api/images/{image.pk}/site-proposals/"
    assert Client().get(path).status_code in (401, 403)
    asked(client, image)
    assert AccessEvent.objects.filter(verb="image.view_site_proposals").count() == 1
    stored_path(image).chmod(0o600)
    stored_path(image).write_bytes(b"another file")
    assert (client.get(path).status_code, client.get(path).json()["code"]) == (409, "integrity_mismatch")
    monkeypatch.setattr("webapp.archive.lookup.may_see_image", lambda user, image: Refusal("no", "Not for you."))
    assert client.get(path).status_code == 403
