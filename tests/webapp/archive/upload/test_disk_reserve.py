"""Uploads end where the disk's reserve begins; reading goes on."""

import asyncio
import json
import shutil
import time
from collections import namedtuple
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from tests.webapp.archive.dicom_files import chest_dicom, zip_of
from webapp.archive.ingest import examine
from webapp.archive.models import Image, Upload, UploadItem
from webapp.archive.upload import request_limit
from webapp.archive.upload.request_limit import FILE_PATHS, limit_requests
from webapp.archive.zip import read_ahead
from webapp.archive.zip.ingest import ingest_zip_members
from webapp.audit.models import AccessEvent
from webapp.work.disk_space import DiskSpace, disk_space, reserve_bytes, size_words

Usage = namedtuple("Usage", "total used free")  # as shutil gives it
Free = Callable[[int], None]
GIB, MIB = 2**30, 2**20


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> Free:
    """`free(bytes)`: from now on the disk of 100 GiB, with a reserve of 2 GiB, has so much left."""
    settings.DISK_RESERVE_BYTES, settings.BALLAST_BYTES = 2 * GIB, 0

    def leave(count: int) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(100 * GIB, 100 * GIB - count, count))

    leave(50 * GIB)
    return leave


@pytest.mark.parametrize(
    ("chosen", "total", "reserve"),
    [(None, 20 * GIB, GIB), (None, 1000 * GIB, 20 * GIB), (5 * MIB, 1000 * GIB, 5 * MIB), (0, 1000 * GIB, 0)],
)
def test_the_reserve_is_the_larger_of_one_gib_and_two_per_cent_or_what_was_chosen(
    chosen: int | None, total: int, reserve: int, settings: LazySettings
) -> None:
    settings.DISK_RESERVE_BYTES = chosen
    assert reserve_bytes(total) == reserve


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 KiB"), (2**20 - 1, "1023 KiB"), (2**30 - 1, "1023 MiB"), (int(1.29 * GIB), "1.2 GiB"), (GIB, "1.0 GiB")],
)
def test_sizes_are_said_in_units_and_never_rounded_up_to_a_limit(count: int, words: str) -> None:
    assert size_words(count) == words


def send_body(path: str, chunks: list[bytes], **headers: bytes) -> tuple[int, bytes, int]:
    """(status, body of the answer, chunks that were asked for) of a body that a person sends."""
    sent: list[dict[str, Any]] = []
    asked = 0

    async def application(scope: Any, receive: Any, send: Any) -> None:
        while (await receive())["more_body"]:
            pass
        await send({"type": "http.response.start", "status": 202})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> dict[str, Any]:
        nonlocal asked
        asked += 1
        return {"type": "http.request", "body": chunks[asked - 1], "more_body": asked < len(chunks)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def everybody(scope: Any) -> bool:
        return True

    pairs = [(name.replace("_", "-").encode(), value) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": path, "headers": pairs}
    asyncio.run(limit_requests(application, GIB, everybody)(scope, receive, send))
    return sent[0]["status"], sent[1]["body"], asked


@pytest.mark.parametrize("path", FILE_PATHS)
def test_below_the_reserve_no_byte_is_asked_for(path: str, free: Free) -> None:
    assert send_body(path, [b"x"])[0] == 202
    free(2 * GIB - 1)

    status, body, asked = send_body(path, [b"x"])

    assert (status, asked) == (507, 0)
    assert b"1.9 GiB of disk free and keeps 2.0 GiB for reading" in body
    if path.startswith("/api/"):
        assert json.loads(body)["code"] == "disk_reserve"
    else:
        assert b"<h1>Not taken</h1>" in body


def test_a_body_that_would_reach_the_reserve_is_not_asked_for(free: Free) -> None:
    free(2 * GIB + 299 * MIB)
    status, body, asked = send_body("/api/uploads/", [b"x"], content_length=b"%d" % (100 * MIB))
    assert (status, asked) == (507, 0)
    assert b"this may take 300 MiB" in body
    free(2 * GIB + 300 * MIB)
    assert send_body("/api/uploads/", [b"x"], content_length=b"%d" % (100 * MIB))[0] == 202


def test_a_body_of_unknown_length_ends_where_the_reserve_begins(free: Free, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_limit, "ROOM_EVERY_BYTES", 10)
    left = [2 * GIB + 200] * 3 + [2 * GIB - 1] * 9
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(100 * GIB, 0, left.pop(0)))

    status, body, asked = send_body("/api/uploads/", [b"x" * 6] * 20)

    assert (status, asked) == (507, 6)  # looked at before the body, after 12, 24 and 36 bytes
    assert b"disk_reserve" in body


def test_a_body_of_unknown_length_ends_where_its_copies_would_touch_the_reserve(
    free: Free, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_limit, "ROOM_EVERY_BYTES", 10)
    free(2 * GIB + 30)

    status, _, asked = send_body("/api/uploads/", [b"x" * 6] * 20)

    assert (status, asked) == (507, 4)  # after 12 bytes two copies of them have room, after 24 not


def test_forms_and_reviews_are_taken_below_the_reserve(free: Free) -> None:
    free(GIB)
    assert send_body("/api/reviews/", [b"x"])[0] == 202


def test_each_file_of_a_request_asks_again(
    free: Free, send: Any, storage: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Several requests are let in together: what they take is counted where it is written.
    free(2 * GIB - 1)
    before = AccessEvent.objects.count()

    item, zipped = send({"a.dcm": chest_dicom(), "b.zip": zip_of({"c.dcm": chest_dicom()})}).json()["items"]

    for found in (item, zipped):
        assert (found["status"], found["reason"]["code"], found["http"]) == ("quarantined", "disk_reserve", 507)
        assert "keeps 2.0 GiB for reading" in found["reason"]["text"]
    assert [path for path in storage.rglob("*") if path.is_file()] == []
    assert [event.verb for event in AccessEvent.objects.all()[before:]] == ["file.refused"] * 2
    free(3 * GIB)
    assert send({"a.dcm": chest_dicom()}).json()["items"][0]["status"] == "accepted"


def test_reading_goes_on_below_the_reserve(free: Free, send: Any) -> None:
    image = send({"a.dcm": chest_dicom()}).json()["items"][0]["image"]
    free(20 * MIB)
    for address in (f"/api/images/{image}/frame/", f"/api/images/{image}/header/", f"/images/{image}/", "/"):
        assert send.client.get(address).status_code == 200, address
    assert AccessEvent.objects.filter(verb="image.view_frame", target=f"image:{image}").exists()


def bytes_of_members(storage: Path) -> int:
    """What members of zips take up: those that are stored and those that lie unpacked."""
    folders = [storage / "store_dir", storage / "incoming_dir"]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files if path.parent.name != "zips")


def test_a_zip_stops_at_the_reserve_and_goes_on_when_it_is_sent_again(
    free: Free, send: Any, storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = zip_of({f"{number}.dcm": chest_dicom(seed=number) for number in range(4)})
    upload = send({"a.zip": content}).json()["id"]
    stored = storage / "store_dir"
    monkeypatch.setattr(
        shutil, "disk_usage", lambda path: Usage(100 * GIB, 0, 3 * GIB if len([*stored.rglob("*.dcm")]) < 2 else GIB)
    )

    ingest_zip_members(upload)

    told = {item.name: (item.status, item.reason_code) for item in UploadItem.objects.filter(is_container=False)}
    assert told == {
        "0.dcm": ("accepted", ""),
        "1.dcm": ("accepted", ""),
        "2.dcm": ("quarantined", "disk_reserve"),
        "3.dcm": ("quarantined", "disk_reserve"),
    }
    assert Image.objects.count() == 2
    assert Upload.objects.get(pk=upload).state == "done"

    free(50 * GIB)
    again = send({"a.zip": content}).json()["id"]
    ingest_zip_members(again)
    members = UploadItem.objects.filter(upload=again, is_container=False).order_by("position")
    assert [item.status for item in members] == ["duplicate", "duplicate", "accepted", "accepted"]


@pytest.fixture
def room_for(free: Free, storage: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], None]]:
    """`room_for(bytes)`: so much fits beside the reserve from now on. At the end the reserve was never touched."""
    least = [GIB]

    def chosen(room: float) -> None:
        already = bytes_of_members(storage)

        def usage(path: object) -> Usage:
            left = int(room) + already - bytes_of_members(storage)
            return Usage(100 * GIB, 0, 2 * GIB + left)

        def slow_examine(*arguments: Any) -> Any:  # the members that follow are unpacked meanwhile
            time.sleep(0.3)
            least[0] = min(least[0], usage("").free - 2 * GIB)
            return examine(*arguments)

        monkeypatch.setattr(shutil, "disk_usage", usage)
        monkeypatch.setattr(read_ahead, "examine", slow_examine)

    yield chosen
    assert 0 <= least[0] < GIB


def test_members_that_are_unpacked_ahead_do_not_touch_the_reserve(send: Any, room_for: Callable[[float], None]) -> None:
    files = {f"{number}.dcm": chest_dicom(seed=number) for number in range(4)}
    upload = send({"a.zip": zip_of(files)}).json()["id"]
    room_for(2.5 * len(files["0.dcm"]))

    ingest_zip_members(upload)

    members = UploadItem.objects.filter(is_container=False).order_by("position")
    assert [item.status for item in members] == ["accepted", "accepted", "quarantined", "quarantined"]
    assert [item.reason_code for item in members] == ["", "", "disk_reserve", "disk_reserve"]


def test_a_member_waits_for_the_room_of_those_before_it(send: Any, room_for: Callable[[float], None]) -> None:
    content = chest_dicom()
    send({"a.dcm": content})
    upload = send({"a.zip": zip_of({f"{number}.dcm": content for number in range(4)})}).json()["id"]
    room_for(1.5 * len(content))

    ingest_zip_members(upload)

    members = UploadItem.objects.filter(upload=upload, is_container=False)
    assert [item.status for item in members] == ["duplicate"] * 4


def test_operations_and_readiness_say_it_in_words(free: Free, signed_in: Callable[..., Client]) -> None:
    manager = signed_in("manager")
    assert manager.get("/readyz").json()["storage"] == "50.0 GiB free of 100.0 GiB, reserve 2.0 GiB; no ballast"
    free(GIB)
    answer = manager.get("/readyz")
    words = "1.0 GiB free of 100.0 GiB, reserve 2.0 GiB: uploads are refused until there is room; no ballast"
    assert (answer.status_code, answer.json()["disk"], answer.json()["storage"]) == (200, "low", words)
    assert words in manager.get("/operations/").content.decode()
    free(0)
    answer = manager.get("/readyz")
    assert (answer.status_code, answer.json()["disk"]) == (503, "full")


def test_the_disk_is_that_of_the_state_folder(settings: LazySettings) -> None:
    found = disk_space()
    assert 0 <= found.free <= found.total == shutil.disk_usage(settings.SIGHTLINE_HOME).total
    assert DiskSpace(free=10, total=100, reserve=10).has_room(0)
    assert not DiskSpace(free=10, total=100, reserve=10).has_room(1)
    assert DiskSpace(free=10, total=100, reserve=0).has_room(99)
