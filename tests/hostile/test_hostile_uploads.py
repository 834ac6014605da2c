"""Hostile files, numbered as in the specification of ingest, through the upload API as it really is."""

import io
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from inference.dicom import ChildPool, Limits
from inference.dicom.refusal import REFUSALS
from tests.hostile.hostile_cases import CASES, HostileCase
from tests.hostile.hostile_makers import MIB
from tests.inference.dicom.made_files import MadeImage
from tests.webapp.archive.dicom_files import chest_dicom, zip_of
from tests.webapp.archive.zip.test_upload_zip import FAULTS, encrypted_zip, unpacked
from webapp.archive import children
from webapp.archive.frame import frames
from webapp.archive.models import Image, QuarantinedFile
from webapp.archive.storage import stored_path

Send = Callable[..., Any]
# The target is 2 s; a loaded test machine gets more before a test calls it a hang.
SECONDS = 8.0


def sent(send: Send, content: bytes) -> dict[str, Any]:
    """The item of one file; never slow, never large, and nothing of it is left in the incoming folder."""
    send.client.get("/api/uploads/")  # the first request of a process loads the site
    process = psutil.Process()
    memory, started = process.memory_info().rss, time.monotonic()
    answer = send({"hostile.dcm": content})
    assert time.monotonic() - started < SECONDS
    assert process.memory_info().rss - memory < 64 * MIB
    assert answer.status_code == 202
    return answer.json()["items"][0]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_hostile_file_gets_its_code_and_is_kept_apart(case: HostileCase, send: Send, storage: Path) -> None:
    content = case.make()

    item = sent(send, content)

    code = item["reason"]["code"]
    assert code in case.codes
    assert (item["status"], item["http"], item["image"]) == ("quarantined", REFUSALS[code][0], None)
    assert (storage / "quarantine_dir" / QuarantinedFile.objects.get().pk.hex).read_bytes() == content
    assert not Image.objects.exists()
    assert [path for folder in ("incoming_dir", "store_dir") for path in (storage / folder).iterdir()] == []


MAGIC = {
    "MZ": b"MZ\x90\x00",
    "ELF": b"\x7fELF",
    "Mach-O": b"\xcf\xfa\xed\xfe",
    "script": b"#!/bin/sh\n",
    "pdf": b"%PDF-1.7",
    "html": b"<html><script>alert(1)</script>",
    "tiff": b"II*\0",
    "zip": b"PK\x03\x04",
}


@pytest.mark.parametrize("kind", MAGIC)
def test_13_what_is_served_begins_with_128_zeros(kind: str, send: Send) -> None:
    content = chest_dicom(preamble=MAGIC[kind].ljust(128, b"x"))

    item = sent(send, content)

    image = Image.objects.get(pk=item["image"])
    served = send.client.get(f"/api/images/{image.pk}/file/")
    assert (item["status"], item["http"], image.repairs) == ("repaired", 200, ["preamble"])
    assert served.content == stored_path(image).read_bytes() == bytes(128) + content[128:]
    assert served["X-Content-Type-Options"] == "nosniff"
    assert served["Content-Disposition"].startswith("attachment")
    assert served["Content-Type"] in ("application/dicom", "application/octet-stream")


def test_14_an_unknown_character_set_shows_replacement_characters(send: Send) -> None:
    made = MadeImage(attributes={0x00080005: ("CS", "ISO_IR 9999 "), 0x00100010: ("PN", b"M\xfcller")})

    item = sent(send, made.to_bytes())

    assert item["status"] == "accepted"
    assert send.client.get(f"/api/images/{item['image']}/").json()["patient"]["name"] == "M\ufffdller"


def test_18_signed_and_dirty_bits_give_the_golden_image(send: Send) -> None:
    clean = np.array([[0, 1], [2048, 4095]], np.uint16)
    signed = (clean.astype(np.int32) - 2048).astype(np.int16)
    frames_seen = []
    for number, pixels in enumerate((clean, clean | 0xA000, signed)):
        made = MadeImage(pixels, bits_stored=12, attributes={0x00080018: ("UI", f"1.2.3.{number}\0".encode())})
        item = sent(send, made.to_bytes())
        assert item["status"] in ("accepted", "repaired")
        frames_seen.append(frames.display(Image.objects.get(pk=item["image"])).samples.tolist())
    assert frames_seen == [clean.tolist()] * 3


def test_19_without_spacing_or_window_the_image_is_uncalibrated_with_an_automatic_window(send: Send) -> None:
    item = sent(send, chest_dicom(drop=("ImagerPixelSpacing", "WindowCenter", "WindowWidth")))

    facts = send.client.get(f"/api/images/{item['image']}/header/").json()
    assert (item["status"], item["http"]) == ("accepted", 200)
    assert facts["spacing"]["kind"] == "uncalibrated"
    assert {"no_window", "no_spacing"} <= set(Image.objects.get().warnings)
    acquired, automatic = facts["presets"][:2]
    assert (acquired["name"], automatic["name"]) == ("As acquired", "Auto")
    assert (acquired["lower"], acquired["upper"]) == (automatic["lower"], automatic["upper"])


def test_20_a_window_of_width_0_is_ignored_with_a_warning(send: Send) -> None:
    item = sent(send, chest_dicom(WindowWidth=0))

    facts = send.client.get(f"/api/images/{item['image']}/header/").json()
    assert (item["status"], item["http"]) == ("accepted", 200)
    assert facts["voi"] == []
    assert "bad_window" in facts["quality"]["warnings"]


def test_23_the_same_bytes_are_a_duplicate_and_other_bytes_a_conflict(send: Send) -> None:
    first_content = chest_dicom(SOPInstanceUID="1.2.3")
    first = sent(send, first_content)
    again = sent(send, first_content)
    other = sent(send, chest_dicom(SOPInstanceUID="1.2.3", seed=2))

    assert (again["status"], again["http"], again["image"]) == ("duplicate", 200, first["image"])
    assert (other["status"], other["http"], other["image"]) == ("quarantined", 409, None)
    assert other["reason"]["code"] == "uid_conflict"
    assert stored_path(Image.objects.get()).read_bytes() == first_content


@pytest.mark.slow
def test_24_a_zip_bomb_stops_while_it_is_read(send: Send, storage: Path) -> None:
    process = psutil.Process()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("bomb.dcm", "w") as member:
        for _ in range(1024):
            member.write(bytes(MIB))
    assert buffer.tell() < 1.1 * MIB
    memory, started = process.memory_info().rss, time.process_time()

    items = unpacked(send, buffer.getvalue())["items"]

    assert (items[0]["reason"]["code"], items[0]["http"]) == ("zip_ratio", 413)
    assert time.process_time() - started < SECONDS
    assert process.memory_info().rss - memory < 64 * MIB
    assert QuarantinedFile.objects.get().bytes == buffer.tell()  # the zip itself, nothing that came out of it
    assert [path for path in (storage / "incoming_dir").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["../../x.dcm", "/etc/x.dcm", "..\\..\\x.dcm", "C:\\x.dcm"])
def test_25_names_in_a_zip_lead_nowhere(name: str, send: Send, storage: Path) -> None:
    before = set(storage.parent.rglob("x.dcm"))

    items = unpacked(send, zip_of({name: chest_dicom(), "notes": b"hello"}))["items"]

    assert [item["status"] for item in items] == ["accepted", "quarantined"]
    assert items[1]["reason"]["code"] == "not_dicom"
    assert items[0]["name"] in ("x.dcm", "etc/x.dcm")
    assert set(storage.parent.rglob("x.dcm")) == before
    assert not Path("/etc/x.dcm").exists()


def test_26_links_and_encrypted_members_are_refused(send: Send) -> None:
    linked = unpacked(send, FAULTS["symlink"][0]())["items"]
    encrypted = unpacked(send, encrypted_zip())["items"]

    assert [(item["reason"] or {}).get("code") for item in linked] == ["zip_member_type", None]
    assert [(item["reason"]["code"], item["http"]) for item in encrypted] == [("zip_encrypted", 422)]


@pytest.fixture
def bad_pool(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChildPool]:
    limits = Limits(preparse_seconds=1.0, decode_seconds=1.0)
    with ChildPool(limits, work="tests.hostile.misbehaving_children:work") as started:
        started.start()
        monkeypatch.setattr(children, "pool", lambda: started)
        monkeypatch.setattr("webapp.archive.ingest.file_limits", lambda: limits)
        yield started


@pytest.mark.parametrize(
    ("order", "code"),
    [(b"KILL", "decoder_crash"), (b"ABORT", "decoder_crash"), (b"SLEEP", "decoder_timeout")],
)
def test_27_a_misbehaving_child_costs_its_own_file_only(
    order: bytes, code: str, bad_pool: ChildPool, send: Send
) -> None:
    item = sent(send, order.ljust(8, b"\0"))
    following = sent(send, chest_dicom())

    assert (item["status"], item["reason"]["code"], item["http"]) == ("quarantined", code, 422)
    assert following["status"] == "accepted"
