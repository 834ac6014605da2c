"""Frame and header: exact samples, both encodings, integrity and audit at each read."""

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zstandard
from django.test import Client

from inference.preprocessing import InputSpec
from tests.inference.dicom.made_files import JPEG_2000, MadeImage
from tests.inference.dicom.made_streams import RAMP, jpeg_2000
from tests.webapp.archive.dicom_files import chest_dicom, chest_pixels, lut_dicom
from webapp.archive import children
from webapp.archive.frame import frames
from webapp.archive.frame.api import best_encoding
from webapp.archive.frame.model_inputs import prepared
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Image, Project
from webapp.archive.storage import stored_path
from webapp.audit.models import AccessEvent


@pytest.fixture
def image(storage: Path, db: None) -> Image:
    return ingest_file([chest_dicom(seed=5)], Sender(Project.default(), None, "upload")).image


@pytest.fixture
def client(signed_in: Callable[..., Client]) -> Client:
    return signed_in()


def frame(client: Client, image: Image, query: str = "", **headers: str) -> Any:
    return client.get(
        f"/api/images/{image.pk}/frame/{query}", headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


UNPACK = {
    "zstd": lambda body: zstandard.ZstdDecompressor().decompress(body),
    "gzip": gzip.decompress,
    "identity": bytes,
}


@pytest.mark.parametrize("encoding", UNPACK)
def test_the_frame_is_the_stored_samples_whatever_the_encoding(encoding: str, client: Client, image: Image) -> None:
    for _ in range(2):  # made, then from the cache
        answer = frame(client, image, accept_encoding=encoding)

        raw = UNPACK[encoding](answer.content)
        assert np.array_equal(np.frombuffer(raw, "<u2").reshape(96, 80), chest_pixels(seed=5))
        assert answer.get("Content-Encoding", "identity") == encoding
        assert answer["ETag"] == f'"{hashlib.sha256(raw).hexdigest()}"'
        assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/octet-stream", "no-store")


def test_the_header_describes_the_frame(client: Client, image: Image) -> None:
    document = client.get(f"/api/images/{image.pk}/header/").json()

    assert (document["rows"], document["columns"], document["bytes"]) == (96, 80, 15360)
    assert document["sha256"] == hashlib.sha256(chest_pixels(seed=5).tobytes()).hexdigest()
    assert document["view"] == "PA"


def test_a_lut_is_reached_by_its_index(client: Client, storage: Path) -> None:
    image = ingest_file([lut_dicom()], Sender(Project.default(), None, "upload")).image

    raw = frame(client, image, "?voi=0").content

    # The table is the inverse identity over 4,096 entries of 16 bits: stored v -> 4095 - v, which keeps its place
    # among 0..65535 because the table's own range is 16 bits.
    assert np.array_equal(np.frombuffer(raw, "<u2").reshape(96, 80), 4095 - chest_pixels())


def test_a_preview_is_small(client: Client, storage: Path) -> None:
    image = ingest_file([chest_dicom(rows=700, columns=600)], Sender(Project.default(), None, "upload")).image

    document = client.get(f"/api/images/{image.pk}/header/?voi=preview").json()

    assert (document["rows"], document["columns"]) == (512, 439)
    answer = frame(client, image, "?voi=preview")
    assert len(answer.content) == 512 * 439 * 2
    assert answer["X-Frame-Shape"] == "512,439"


def test_a_preview_is_made_with_the_frame(client: Client, image: Image, monkeypatch: pytest.MonkeyPatch) -> None:
    assert frame(client, image, accept_encoding="zstd").status_code == 200
    monkeypatch.setattr(frames, "display", None)  # nothing is decoded for it again
    assert frame(client, image, "?voi=preview", accept_encoding="zstd")["X-Frame-Shape"] == "96,80"


@pytest.mark.parametrize("voi", ["7", "processed", "../../x", "", "-1", "٣"])
def test_an_unknown_voi_is_refused_with_what_is_allowed(voi: str, client: Client, image: Image) -> None:
    answer = client.get(f"/api/images/{image.pk}/frame/", {"voi": voi})

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_voi")
    assert "linear" in answer.json()["text"]


def test_the_same_samples_are_not_sent_twice(client: Client, image: Image) -> None:
    etag = frame(client, image)["ETag"]

    answer = frame(client, image, if_none_match=etag)

    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize("resource", ["frame", "header", "file"])
@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_changed_file_is_never_shown(resource: str, damage: str, client: Client, image: Image) -> None:
    assert frame(client, image).status_code == 200  # the cache holds good pixels now
    if damage == "missing":
        stored_path(image).unlink()
    else:
        content = bytearray(stored_path(image).read_bytes())
        content[-1] ^= 1
        stored_path(image).write_bytes(content)

    answer = client.get(f"/api/images/{image.pk}/{resource}/")

    assert (answer.status_code, answer.json()["code"]) == (409, "integrity_mismatch")
    assert AccessEvent.objects.filter(verb="image.integrity_mismatch", target=f"image:{image.pk}").count() == 1


def test_a_damaged_cache_is_made_anew(client: Client, image: Image) -> None:
    good = frame(client, image).content
    for path in frames._cache_folder(image).iterdir():
        content = bytearray(path.read_bytes())
        content[-3] ^= 255
        path.write_bytes(content)

    assert frame(client, image).content == good


def compressed(storage: Path) -> Image:
    content = MadeImage(RAMP, syntax=JPEG_2000, bits_stored=10, stream=[jpeg_2000(RAMP)]).to_bytes()
    image = ingest_file([content], Sender(Project.default(), None, "upload")).image
    assert image is not None
    return image


def test_pixels_are_kept_where_decoding_is_dear_and_only_there(storage: Path, image: Image) -> None:
    slow = compressed(storage)
    frames.decoded(image)

    assert frames.cache_path(slow, "decoded.zstd").exists()
    assert not frames.cache_path(image, "decoded.zstd").exists()


def test_pixels_are_decoded_once(client: Client, storage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image = compressed(storage)

    def no_pool() -> Any:
        raise AssertionError("decoded again")

    monkeypatch.setattr(children, "pool", no_pool)

    assert frame(client, image).status_code == 200


@pytest.mark.parametrize(
    ("resource", "verb"),
    [("frame/", "image.view_frame"), ("header/", "image.view_header"), ("file/", "image.download"), ("", "image.view")],
)
def test_every_read_is_an_access_event(resource: str, verb: str, client: Client, image: Image) -> None:
    client.get(f"/api/images/{image.pk}/{resource}")

    event = AccessEvent.objects.get(verb=verb)
    assert (event.actor, event.target) == (client.person, f"image:{image.pk}")
    assert "Person" not in str(event.details)


def test_the_uid_is_a_key_as_well(client: Client, image: Image) -> None:
    answer = client.get(f"/api/images/{image.sop_instance_uid}/header/")

    assert answer.status_code == 200


@pytest.mark.parametrize("accept", ["application/json", "application/octet-stream", "image/png"])
def test_the_accept_header_never_stands_in_the_way(accept: str, client: Client, image: Image) -> None:
    assert frame(client, image, accept=accept).status_code == 200


@pytest.mark.parametrize(
    ("accepted", "best"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate", "gzip"),
        ("", "identity"),
        ("zstd;q=0, gzip;q=0.5", "gzip"),
        ("br;q=1.0", "identity"),
        ("GZIP;Q=1", "gzip"),
    ],
)
def test_the_best_encoding_is_the_smallest_one_allowed(accepted: str, best: str) -> None:
    assert best_encoding(accepted) == best


def test_the_enhanced_frame_is_given_and_leaves_picture_and_model_input_as_they_are(
    client: Client, image: Image
) -> None:
    spec = InputSpec(64, 64)
    before = (frame(client, image).content, prepared(image, spec).image.tobytes())

    answer = frame(client, image, "?voi=enhanced", accept_encoding="identity")

    assert answer["ETag"] == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    assert len(answer.content) == 96 * 80 * 2
    document = client.get(f"/api/images/{image.pk}/header/?voi=enhanced").json()
    assert (document["frame"], document["sha256"]) == ("enhanced", hashlib.sha256(answer.content).hexdigest())
    frames.cache_path(image, f"input-{spec.key}").unlink()
    assert (frame(client, image).content, prepared(image, spec).image.tobytes()) == before
    assert AccessEvent.objects.filter(verb="image.view_frame", details__voi="enhanced").count() == 1
