"""Zips: members by content and one by one, each fault named, nothing unpacked beyond its bounds."""

import io
import stat
import struct
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.webapp.archive.dicom_files import chest_dicom, zip_of
from webapp.archive import ingest
from webapp.archive.models import Image, QuarantinedFile, Upload, UploadItem
from webapp.archive.zip import directory as zip_directory
from webapp.archive.zip import members as zip_members
from webapp.archive.zip import read_ahead
from webapp.archive.zip.ingest import abandon_zips, ingest_zip_members


def unpacked(send: Callable[..., Any], content: bytes) -> dict[str, Any]:
    """Sends the zip, lets the job run, gives the report."""
    document = send({"study.zip": content}).json()
    ingest_zip_members(document["id"])
    return send.client.get(f"/api/uploads/{document['id']}/").json()


def with_entry(name: str, content: bytes, **fields: int) -> bytes:
    """A zip of one good image and one entry whose directory fields are set by hand."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        for field, value in fields.items():
            setattr(info, field, value)
        archive.writestr(info, content)
        archive.writestr("good.dcm", chest_dicom())
    return buffer.getvalue()


def encrypted_zip() -> bytes:
    """The flag alone is what a directory shows of an encrypted member."""
    content = bytearray(zip_of({"a.dcm": chest_dicom()}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    return bytes(content)


def test_members_start_pending_and_end_one_by_one(send: Callable[..., Any], storage: Path) -> None:
    content = zip_of({"a.dcm": chest_dicom(), "notes": b"hello", "deep/b.dcm": chest_dicom()})
    document = send({"study.zip": content}).json()
    assert document["state"] == "pending"
    assert [(item["name"], item["status"], item["http"]) for item in document["items"]] == [
        ("a.dcm", "pending", 202),
        ("notes", "pending", 202),
        ("deep/b.dcm", "pending", 202),
    ]

    ingest_zip_members(document["id"])

    report = send.client.get(f"/api/uploads/{document['id']}/").json()
    assert report["state"] == "done"
    assert [item["status"] for item in report["items"]] == ["accepted", "quarantined", "accepted"]
    assert report["items"][1]["reason"]["code"] == "not_dicom"
    assert {item["archive"] for item in report["items"]} == {"study.zip"}
    assert list((storage / "incoming_dir" / "zips").iterdir()) == []


FAULTS = {
    "symlink": (
        lambda: with_entry("link", b"/etc/passwd", external_attr=(stat.S_IFLNK | 0o777) << 16),
        "zip_member_type",
    ),
    "device": (lambda: with_entry("dev", b"", external_attr=(stat.S_IFCHR | 0o600) << 16), "zip_member_type"),
    "zip in zip": (lambda: with_entry("in.zip", zip_of({"a.dcm": chest_dicom()})), "zip_nested"),
    "bomb": (lambda: with_entry("bomb", bytes(8 << 20)), "zip_ratio"),
    "lzma": (lambda: with_entry("a", chest_dicom(), compress_type=zipfile.ZIP_LZMA), "zip_method"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_bad_member_is_named_and_the_others_come_in(case: str, send: Callable[..., Any]) -> None:
    make, code = FAULTS[case]

    items = unpacked(send, make())["items"]

    assert [item["status"] for item in items] == ["quarantined", "accepted"]
    assert items[0]["reason"]["code"] == code
    assert QuarantinedFile.objects.filter(code=code).count() == 1


def test_an_encrypted_member_is_refused(send: Callable[..., Any]) -> None:
    items = unpacked(send, encrypted_zip())["items"]

    assert [item["reason"]["code"] for item in items] == ["zip_encrypted"]


def test_a_member_with_a_wrong_checksum_is_refused(send: Callable[..., Any]) -> None:
    content = bytearray(zip_of({"a.dcm": chest_dicom(), "b.dcm": chest_dicom()}, zipfile.ZIP_STORED))
    content[5000] ^= 1  # inside the first member's pixels

    items = unpacked(send, bytes(content))["items"]

    assert [(item["status"], (item["reason"] or {}).get("code")) for item in items] == [
        ("quarantined", "zip_damaged"),
        ("accepted", None),
    ]


@pytest.mark.parametrize("name", ["../../x.dcm", "/etc/x.dcm", "..\\..\\x.dcm", "C:\\x.dcm", "a\x00b/x.dcm"])
def test_names_are_shown_and_used_for_nothing_else(name: str, send: Callable[..., Any], storage: Path) -> None:
    before = set(storage.parent.rglob("*x.dcm"))

    items = unpacked(send, zip_of({name: chest_dicom()}))["items"]

    assert items[0]["status"] == "accepted"
    assert items[0]["name"] in ("x.dcm", "etc/x.dcm", "a")  # zipfile ends a name at NUL
    assert set(storage.parent.rglob("*x.dcm")) == before


def test_two_members_of_one_name_are_two_files(send: Callable[..., Any]) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.dcm", chest_dicom())
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.dcm", chest_dicom())

    items = unpacked(send, buffer.getvalue())["items"]

    assert [item["status"] for item in items] == ["accepted", "accepted"]


def test_too_many_members_are_counted_before_any_is_read(send: Callable[..., Any]) -> None:
    content = zip_of({str(number): b"" for number in range(2001)})

    item = send({"a.zip": content}).json()["items"][0]

    assert (item["status"], item["reason"]["code"], item["http"]) == ("quarantined", "zip_members", 413)
    assert item["reason"]["text"] == "The zip has 2001 members; 2000 are allowed."


def test_an_end_record_that_lies_about_the_count_is_found_out(send: Callable[..., Any]) -> None:
    content = bytearray(zip_of({str(number): b"" for number in range(2001)}))
    place = content.rindex(b"PK\x05\x06")
    content[place + 8 : place + 12] = b"\x01\x00\x01\x00"

    item = send({"a.zip": bytes(content)}).json()["items"][0]

    assert (item["reason"]["code"], item["reason"]["text"]) == (
        "zip_members",
        "The zip has 2001 members; 2000 are allowed.",
    )


@pytest.mark.parametrize("lie", ["directory", "member"])
def test_a_size_of_4_gib_that_lies_plays_no_part(lie: str, send: Callable[..., Any], storage: Path) -> None:
    content = bytearray(zip_of({"a.dcm": chest_dicom(), "b.dcm": chest_dicom()}, zipfile.ZIP_STORED))
    signature, offset = (b"PK\x01\x02", 24) if lie == "directory" else (b"PK\x03\x04", 22)
    place = content.index(signature) + offset
    struct.pack_into("<L", content, place, 0xFFFFFF00)  # of the first member: nearly 4 GiB

    items = unpacked(send, bytes(content))["items"]

    assert [item["status"] for item in items] == ["accepted", "accepted"]
    assert waiting_files(storage) == []


def test_a_directory_that_says_less_than_a_member_holds_gives_no_half_of_an_image(send: Callable[..., Any]) -> None:
    content = bytearray(zip_of({"a.dcm": chest_dicom()}, zipfile.ZIP_STORED))
    place = content.index(b"PK\x01\x02") + 20
    struct.pack_into("<LL", content, place, 9000, 9000)  # packed and unpacked: a part of the file

    items = unpacked(send, bytes(content))["items"]

    assert [(item["status"], item["reason"]["code"]) for item in items] == [("quarantined", "zip_damaged")]
    assert not Image.objects.exists()


@pytest.mark.parametrize("comment", [b"", b"x" * 0xFFFF])
def test_a_64_bit_record_cannot_hide_behind_another_one(
    comment: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # `zipfile` loads the directory of the record before the locator, whatever the locator points to: a directory of
    # gigabytes would be held in memory while a decoy with small numbers passed the check.
    content = zip_of({str(number): b"" for number in range(2001)})
    end = content.rindex(b"PK\x05\x06")
    count, size, offset = struct.unpack_from("<HLL", content, end + 10)
    record = struct.Struct("<4sQ2H2L4Q")
    decoy = record.pack(b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 50, 0)
    real = record.pack(b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, len(decoy) + offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 4, 1)  # of the decoy
    last = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, 50, 0xFFFFFFFF, len(comment)) + comment
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK\x03\x04" + decoy + content[:end] + real + locator + last)
    assert len(zipfile.ZipFile(path).infolist()) == 2001  # it is a zip that `zipfile` reads
    monkeypatch.setattr(zip_directory.zipfile, "ZipFile", None)  # from here on it must not be asked

    with pytest.raises(zip_directory.ZipRefused, match="zip_members"):
        zip_directory.open_zip(path)


def test_members_together_may_not_exceed_the_total(send: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_members, "MAX_TOTAL_BYTES", 20_000)  # one image is 16 kB

    items = unpacked(send, zip_of({"a.dcm": chest_dicom(), "b.dcm": chest_dicom()}))["items"]

    assert [(item["reason"] or {}).get("code") for item in items] == [None, "too_large"]


def test_an_empty_zip_says_so(send: Callable[..., Any]) -> None:
    item = send({"a.zip": zip_of({})}).json()["items"][0]

    assert item["reason"]["code"] == "zip_empty"


def test_a_run_that_was_stopped_goes_on_where_it_was(send: Callable[..., Any]) -> None:
    document = send({"a.zip": zip_of({f"{n}.dcm": chest_dicom() for n in range(3)})}).json()
    answers = iter([True, False])
    ingest_zip_members(document["id"], keep_going=lambda: next(answers))
    assert Upload.objects.get().state == "working"
    assert Image.objects.count() == 1

    ingest_zip_members(document["id"])
    ingest_zip_members(document["id"])

    assert Upload.objects.get().state == "done"
    assert list(UploadItem.objects.filter(is_container=False).values_list("status", flat=True)) == ["accepted"] * 3
    assert Image.objects.count() == 3


def waiting_files(storage: Path) -> list[Path]:
    return [path for path in (storage / "incoming_dir").rglob("*") if path.is_file()]


def test_members_that_were_read_ahead_of_a_stop_are_removed(send: Callable[..., Any], storage: Path) -> None:
    document = send({"a.zip": zip_of({f"{n}.dcm": chest_dicom() for n in range(6)})}).json()
    answers = iter([True, False])
    ingest_zip_members(document["id"], keep_going=lambda: next(answers))

    assert Image.objects.count() == 1
    assert [path.parent.name for path in waiting_files(storage)] == ["zips"]


def test_members_that_were_read_ahead_of_a_fault_are_removed(
    send: Callable[..., Any], storage: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = send({"a.zip": zip_of({f"{n}.dcm": chest_dicom() for n in range(6)})}).json()
    monkeypatch.setattr("webapp.archive.ingest.run_image_stored", lambda image: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        ingest_zip_members(document["id"])

    assert not Image.objects.exists()
    assert [path.parent.name for path in waiting_files(storage)] == ["zips"]


def test_members_are_examined_while_others_are_stored(
    send: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = send({"a.zip": zip_of({f"{n}.dcm": chest_dicom() for n in range(4)})}).json()
    is_second_examined = threading.Event()
    examined: list[Path] = []

    def examine(path: Path, specs: Any) -> Any:
        examined.append(path)
        if len(examined) > 1:
            is_second_examined.set()
        return ingest.examine(path, specs)

    monkeypatch.setattr(read_ahead, "examine", examine)
    monkeypatch.setattr(ingest, "image_stored_hooks", [lambda image: is_second_examined.wait(60) or 1 / 0])

    ingest_zip_members(document["id"])

    assert Image.objects.count() == 4


def test_the_report_says_how_many_files_are_read(send: Callable[..., Any]) -> None:
    document = send({"a.zip": zip_of({f"{n}.dcm": chest_dicom() for n in range(3)})}).json()
    assert document["progress"] == {"read": 0, "total": 3}
    answers = iter([True, False])
    ingest_zip_members(document["id"], keep_going=lambda: next(answers))

    report = send.client.get(f"/api/uploads/{document['id']}/").json()
    page = send.client.get(f"/uploads/{document['id']}/").content.decode()

    assert (report["state"], report["progress"]) == ("working", {"read": 1, "total": 3})
    assert '<progress id="upload-progress" value="1" max="3"' in page
    assert "1 of 3 files read" in page


def test_a_job_that_was_given_up_ends_the_report_and_keeps_the_zip(send: Callable[..., Any]) -> None:
    document = send({"a.zip": zip_of({"a.dcm": chest_dicom()})}).json()

    abandon_zips(document["id"])

    item = send.client.get(f"/api/uploads/{document['id']}/").json()["items"][0]
    assert (item["status"], item["reason"]["code"]) == ("quarantined", "worker_died")
    assert QuarantinedFile.objects.get().code == "worker_died"


def test_the_job_is_made_in_the_transaction_that_stores_the_report(
    send: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    create = lambda upload: seen.append(upload.items.filter(status="pending", is_container=False).count())  # noqa: E731
    monkeypatch.setattr("webapp.archive.upload.receive.create_zip_job", create)

    send({"a.zip": zip_of({"a.dcm": chest_dicom(), "b.dcm": chest_dicom()})})

    assert seen == [2]
