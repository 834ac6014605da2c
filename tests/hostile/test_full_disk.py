"""The disk is full at any step: the sender is told so, nothing is half-written, and the next file comes in again.

A fault of the machine is never taken for the file's: such a file is not put into quarantine.
"""

import errno
import hashlib
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from django.db import connection

from inference.bundle_child import check_in_child
from inference.dicom import ChildPool
from tests.hostile.real_site import RealSite, real_site
from tests.inference.changed_bundle import rezipped
from tests.inference.tiny_bundle import make_tiny_bundle
from tests.webapp.archive.dicom_files import chest_dicom, zip_of
from webapp.archive import ingest, storage
from webapp.archive.frame import frames
from webapp.archive.models import Image, QuarantinedFile, Upload, UploadItem
from webapp.archive.storage import stored_path
from webapp.archive.zip.ingest import PassingFault, ingest_zip_members

Send = Callable[..., Any]
Patch = pytest.MonkeyPatch
MIB = 1 << 20


def no_space(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


def needing_repair() -> bytes:
    return chest_dicom(preamble=b"MZ".ljust(128, b"\0"))


def files_left(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def full_incoming(patch: Patch) -> None:
    patch.setattr(storage, "open_private", no_space)


def full_while_receiving(patch: Patch) -> None:
    """The file is there and a part of it is written when the disk ends."""
    opened = storage.open_private

    def short(path: Path) -> BinaryIO:
        handle = opened(path)
        handle.write(b"the part that fitted")
        handle.flush()
        handle.write = no_space  # type: ignore[method-assign]
        return handle

    patch.setattr(storage, "open_private", short)


def full_repair(patch: Patch) -> None:
    def half_repaired(source: Path, target: Path, header: Any) -> None:
        target.write_bytes(source.read_bytes()[:200])
        no_space()

    patch.setattr(ingest, "write_repaired", half_repaired)


def full_store(patch: Patch) -> None:
    patch.setattr(storage, "sync", no_space)


def full_row(patch: Patch) -> None:
    patch.setattr(ingest, "run_image_stored", no_space)


def full_examination(patch: Patch) -> None:
    patch.setattr(ChildPool, "examine", no_space)  # a deflated data set is inflated onto the disk


def full_decode(patch: Patch) -> None:
    patch.setattr(ChildPool, "decode_and_prepare", no_space)


STEPS = (full_incoming, full_while_receiving, full_examination, full_repair, full_decode, full_store, full_row)


@pytest.mark.parametrize("fill", STEPS, ids=lambda fill: fill.__name__)
def test_the_sender_is_told_and_nothing_is_left(fill: Callable[[Patch], None], send: Send, storage: Path) -> None:
    content = needing_repair()
    with pytest.MonkeyPatch.context() as patch:
        fill(patch)
        item = send({"a.dcm": content}).json()["items"][0]

    assert (item["status"], item["reason"]["code"], item["http"]) == ("quarantined", "storage_full", 507)
    assert (Image.objects.count(), QuarantinedFile.objects.count(), files_left(storage)) == (0, 0, [])
    assert send({"a.dcm": content}).json()["items"][0]["status"] == "repaired"


def test_a_refused_file_that_finds_no_room_in_quarantine_is_not_kept(
    send: Send, storage: Path, monkeypatch: Patch
) -> None:
    full_store(monkeypatch)

    item = send({"a.dcm": b"no image"}).json()["items"][0]

    assert (item["reason"]["code"], item["http"]) == ("storage_full", 507)
    assert files_left(storage) == []


def test_a_full_frame_cache_costs_time_and_never_the_image(send: Send, monkeypatch: Patch) -> None:
    monkeypatch.setattr(frames, "write_sealed", no_space)

    item = send({"a.dcm": chest_dicom()}).json()["items"][0]

    assert item["status"] == "accepted"
    assert send.client.get(f"/api/images/{item['image']}/frame/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_full_database_says_so_and_takes_no_file(send: Send, storage: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("fills the database by SQLite's own page limit; this test database is not SQLite")
    send.client.get("/api/uploads/")
    before = _pages("page_count")
    answers = []
    try:
        _pages(f"max_page_count={before}")
        for seed in range(60):
            answers.append(send({"a.dcm": chest_dicom(seed=seed)}))
            if answers[-1].status_code != 202:
                break
    finally:
        _pages("max_page_count=1073741823")
    told = [(answer.status_code, answer.json().get("code")) for answer in answers if answer.status_code != 202]
    refused = [item for answer in answers for item in answer.json().get("items", []) if item["status"] != "accepted"]

    assert told == [(507, "storage_full")] or {item["reason"]["code"] for item in refused} == {"storage_full"}
    assert {stored_path(image) for image in Image.objects.all()} == set(files_left(storage / "store_dir"))
    assert files_left(storage / "incoming_dir") == files_left(storage / "quarantine_dir") == []
    assert send({"a.dcm": chest_dicom()}).json()["items"][0]["status"] == "accepted"


def _pages(pragma: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")
        return int(cursor.fetchone()[0])


# faults of the machine that are no full disk ---------------------------------------------------------


def failing(times: int, whole: Callable[..., Any]) -> Callable[..., Any]:
    """`whole`, but its first calls find no descriptor left."""
    left = [times]

    def call(*arguments: Any) -> Any:
        if left[0]:
            left[0] -= 1
            raise OSError(errno.EMFILE, "Too many open files")
        return whole(*arguments)

    return call


@pytest.mark.parametrize("operation", ["examine", "decode_and_prepare"])
def test_a_fault_that_passes_is_not_noticed(operation: str, send: Send, monkeypatch: Patch) -> None:
    monkeypatch.setattr(ChildPool, operation, failing(1, getattr(ChildPool, operation)))
    assert send({"a.dcm": needing_repair()}).json()["items"][0]["status"] == "repaired"


@pytest.mark.parametrize("operation", ["examine", "decode_and_prepare"])
def test_a_fault_that_stays_is_the_machines_and_not_the_files(
    operation: str, send: Send, storage: Path, monkeypatch: Patch
) -> None:
    monkeypatch.setattr(ChildPool, operation, failing(2, getattr(ChildPool, operation)))
    content = needing_repair()

    item = send({"a.dcm": content}).json()["items"][0]

    assert (item["status"], item["reason"]["code"], item["http"]) == ("quarantined", "machine_fault", 503)
    assert not QuarantinedFile.objects.exists()
    assert files_left(storage) == []
    assert send({"a.dcm": content}).json()["items"][0]["status"] == "repaired"


def test_a_member_of_a_zip_waits_for_the_machine(send: Send) -> None:
    upload = send({"a.zip": zip_of({"a.dcm": chest_dicom(), "b.dcm": chest_dicom()})}).json()["id"]

    with pytest.MonkeyPatch.context() as patch:
        full_store(patch)
        with pytest.raises(PassingFault):  # the job is queued again
            ingest_zip_members(upload)
    assert set(UploadItem.objects.values_list("status", flat=True)) == {"pending"}

    ingest_zip_members(upload)
    assert Upload.objects.get().state == "done"
    assert Image.objects.count() == 2


def test_a_frame_that_cannot_be_decoded_now_is_503(send: Send, monkeypatch: Patch) -> None:
    item = send({"a.dcm": chest_dicom()}).json()["items"][0]
    frames.forget(Image.objects.get())
    address = f"/api/images/{item['image']}/frame/"
    monkeypatch.setattr(ChildPool, "decode_and_prepare", failing(2, ChildPool.decode_and_prepare))

    first, second = send.client.get(address), send.client.get(address)

    assert (first.status_code, first.json()["code"]) == (503, "machine_fault")
    assert second.status_code == 200


# a disk that is really full ----------------------------------------------------------------------------


def upload(site: RealSite, seed: int) -> tuple[int, str, bytes]:
    """(status of the answer, outcome of its file, content)"""
    content = chest_dicom(rows=1024, columns=1024, seed=seed)
    answer = site.client.post("/api/uploads/", files={"files": ("a.dcm", content)})
    document = answer.json()
    item = document["items"][0] if "items" in document else None
    outcome = document.get("code", "") if item is None else (item["reason"] or {"code": item["status"]})["code"]
    return answer.status_code, outcome, content


@pytest.mark.alone
def test_a_disk_that_is_really_full(small_disk: Path) -> None:
    with real_site(small_disk) as site:
        answers = [upload(site, seed) for seed in range(16)]  # 2 MiB each, and as much again in the frame cache
        outcomes = [outcome for _, outcome, _ in answers]
        assert set(outcomes) == {"accepted", "storage_full"}, outcomes
        assert {status for status, _, _ in answers} <= {202, 507}
        assert site.is_up()
        assert site.left_files() == []
        assert site.open_bytes() == 0
        stored = {hashlib.sha256(path.read_bytes()).hexdigest() for path in site.stored_files()}
        answered = {hashlib.sha256(content).hexdigest() for _, outcome, content in answers if outcome == "accepted"}
        assert stored == answered

        subprocess.run(["mount", "-o", "remount,size=96m", str(small_disk)], check=True)
        assert upload(site, 99)[1] == "accepted"


def test_a_bundle_is_not_refused_for_a_disk_that_is_full_when_its_check_ends(
    small_disk: Path, tmp_path: Path, monkeypatch: Patch
) -> None:
    """Room for the question to the checking child, none for its answer."""
    bundle = tmp_path / "tiny.bundle"
    make_tiny_bundle(bundle)
    rezipped(bundle, lambda own: own.update({"card.md": b"a" * 200_000}))
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    spare = small_disk / "spare"
    spare.write_bytes(bytes(64 * 1024))
    with (small_disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
        while filler.write(bytes(4096)):
            pass
    spare.unlink()

    with pytest.raises(OSError, match="No space left on device"):
        check_in_child(bundle)

    (small_disk / "filler").unlink()
    assert check_in_child(bundle).name == "tiny-cxr"
