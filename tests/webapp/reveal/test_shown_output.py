"""What is copied of a result: the same bytes with their hashes, of the image that is stored now."""

import datetime
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.webapp.viewer.case_factory import BUNDLE, make_image, make_job, make_result
from webapp.archive.models import Image
from webapp.predictions.map_files import map_path, write_maps
from webapp.predictions.models import Prediction
from webapp.reveal.canonical_json import canonical_json
from webapp.reveal.shown_image import is_image_shown, shown_sha256
from webapp.reveal.shown_output import newest_result, shown_output

pytestmark = pytest.mark.django_db
VALUES = np.arange(8, dtype="<f4").reshape(2, 2, 2)


def with_maps(image: Image, kinds: tuple[str, ...] = ("gradcam", "classmaps")) -> Prediction:
    """A result with both kinds of map on the disk."""
    result = make_result(image)
    token = make_job("succeeded").pk
    written = write_maps(result.pk, token, {kind: VALUES + k for k, kind in enumerate(kinds)})
    rows: list[dict[str, Any]] = [
        {"kind": kind, "findings": ["lung_opacity", "pleural_effusion"], "height": 2, "width": 2, "head": "gap"}
        for kind in kinds
    ]
    result.maps_key, result.maps_sha256 = written.key, dict(written.sha256)
    result.document["maps"] = rows
    result.save()
    return result


def test_bytes_and_hashes_of_maps_are_those_of_the_result(storage: Path) -> None:
    shown = shown_output(with_maps(make_image()))
    assert [(one.kind, one.shape) for one in shown.maps] == [("gradcam", (2, 2, 2)), ("classmaps", (2, 2, 2))]
    assert [one.content for one in shown.maps] == [VALUES.tobytes(), (VALUES + 1).tobytes()]
    hashes = [hashlib.sha256(f'"{one.content.hex()}"'.encode()).hexdigest() for one in shown.maps]
    assert [one.sha256 for one in shown.maps] == [row["sha256"] for row in shown.payload["maps"]] == hashes
    assert shown.payload["maps"][0]["head"] == "gap"
    assert shown.payload_sha256 == hashlib.sha256(canonical_json(shown.payload).encode()).hexdigest()


def test_a_map_that_is_gone_or_damaged_is_left_out(storage: Path) -> None:
    result = with_maps(make_image(), ("gradcam", "classmaps", "wildcat"))
    map_path(result.maps_key, "gradcam").unlink()
    map_path(result.maps_key, "classmaps").write_bytes(b"\x00" * VALUES.nbytes)
    shown = shown_output(result)
    assert [one.kind for one in shown.maps] == [row["kind"] for row in shown.payload["maps"]] == ["wildcat"]


def test_keys_are_the_same_whatever_the_model_said() -> None:
    """What a result holds beside them is not passed on."""
    answered, refused = make_result(make_image()), make_result(make_image(), None, "refused")
    answered.document["findings"][0]["secret"] = answered.document["secret"] = 1
    payloads = [shown_output(result).payload for result in (answered, refused)]
    assert [list(payload) for payload in payloads] == [["bundle", "findings", "gate", "maps"]] * 2
    keys = {tuple(row) for payload in payloads for row in payload["findings"]}
    assert keys == {("key", "title", "probability", "interval", "decision", "reason", "operating_point", "boxes")}


def test_an_abstention_says_why() -> None:
    result = make_result(make_image(), None, "refused")
    assert shown_output(result).reason == "age 8, model knows 18–90"
    result.document["gate"]["checks"] = [{"passed": False}, {"passed": True, "text": "view"}]
    assert shown_output(result).reason == "the model refused without a reason"
    assert shown_output(make_result(make_image())).reason == ""


def test_the_newest_result_is_of_this_bundle_of_these_bytes_and_succeeded() -> None:
    image = make_image()
    assert newest_result(image, BUNDLE) is None
    start = datetime.datetime(2026, 3, 2, tzinfo=datetime.UTC)
    columns: list[dict[str, Any]] = [
        {"image_sha256": image.stored_sha256},
        {},
        {"image_sha256": "0" * 64},
        {"bundle_id": "another"},
        {"job": make_job("failed")},
        {"finished_at": None},
    ]
    made = [make_result(image, created_at=start + datetime.timedelta(hours=k), **one) for k, one in enumerate(columns)]
    make_result(make_image(), created_at=start + datetime.timedelta(days=1))
    assert newest_result(image, BUNDLE) == made[1]  # from before hashes were kept
    made[1].delete()
    assert newest_result(image, BUNDLE) == made[0]


def test_the_hash_of_what_was_shown_is_that_of_the_stored_file() -> None:
    image = make_image(received_sha256="1" * 64, stored_sha256="2" * 64)
    kept = shown_sha256(image)
    assert kept == "2" * 64
    assert is_image_shown(image, kept)
    image.stored_sha256 = "3" * 64
    assert not is_image_shown(image, kept)
    image.stored_sha256 = ""
    assert not is_image_shown(image, "")
