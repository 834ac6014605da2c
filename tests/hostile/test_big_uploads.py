"""Uploads of gigabytes and uploads that break off, over a real connection to a real server."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.real_site import RealSite, real_site
from tests.webapp.archive.dicom_files import chest_dicom

pytestmark = [pytest.mark.alone, pytest.mark.timeout(600)]
MIB = 1 << 20
GIB = 1 << 30
BOUNDARY = b"----sightline"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSite]:
    with real_site(tmp_path_factory.mktemp("home")) as started:
        started.client.post("/api/uploads/", files={"files": ("warm.dcm", chest_dicom())})
        yield started


class Watch:
    """Highest memory of the web process while the block runs, against the memory before it."""

    def __init__(self, site: RealSite) -> None:
        self.site, self.growth = site, 0

    def __enter__(self) -> "Watch":
        self.before, self.is_over = self.site.resident_bytes(), False
        self.thread = threading.Thread(target=self._look)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over = True
        self.thread.join()

    def _look(self) -> None:
        while not self.is_over:
            self.growth = max(self.growth, self.site.resident_bytes() - self.before)
            time.sleep(0.05)


def part(name: str) -> bytes:
    return b'--%s\r\nContent-Disposition: form-data; name="files"; filename="%s"\r\n\r\n' % (BOUNDARY, name.encode())


def body(size: int, start: bytes = b"") -> Iterator[bytes]:
    """A form with one file of `size` bytes, zeros after `start`."""
    yield part("big.dcm") + start
    left = size - len(start)
    zeros = bytes(MIB)
    while left > 0:
        yield zeros[: min(MIB, left)]
        left -= MIB
    yield b"\r\n--%s--\r\n" % BOUNDARY


def body_bytes(size: int) -> int:
    return len(part("big.dcm")) + size + len(b"\r\n--%s--\r\n" % BOUNDARY)


FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}"}


def wait_until_clean(site: RealSite, before: list[Path]) -> None:
    """What was on disk before is there, and nothing else; an aborted request may need a moment to be noticed."""
    deadline = time.monotonic() + 120
    while (site.incoming_files() or site.open_bytes()) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert site.incoming_files() == []
    assert site.open_bytes() == 0
    assert sorted(site.stored_files()) == sorted(before)


def raw_connection(site: RealSite, length: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", site.port), timeout=60)
    lines = ["POST /api/uploads/ HTTP/1.1", "Host: 127.0.0.1", f"Authorization: {site.client.headers['Authorization']}"]
    connection.sendall(("\r\n".join([*lines, f"Content-Type: {FORM['Content-Type']}", length]) + "\r\n\r\n").encode())
    return connection


def test_more_than_2_gib_is_413_before_any_of_it_is_read(site: RealSite) -> None:
    before = site.stored_files()
    with raw_connection(site, f"Content-Length: {2 * GIB + 1}") as connection:
        answer = connection.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413")
    wait_until_clean(site, before)


def test_more_than_2_gib_of_unknown_length_is_413_when_they_have_come(site: RealSite) -> None:
    before = site.stored_files()
    answer = b""
    piece = b"%x\r\n" % (4 * MIB) + bytes(4 * MIB) + b"\r\n"
    with Watch(site) as watch, raw_connection(site, "Transfer-Encoding: chunked") as connection:
        try:
            for _ in range(2 * GIB // (4 * MIB) + 8):
                connection.sendall(piece)
        except (ConnectionError, TimeoutError):
            pass
        try:
            answer = connection.recv(4096)
        except ConnectionError:  # the server has closed on us while we were talking
            answer = b"HTTP/1.1 413"
    print(f"chunked over 2 GiB: web process grew by {watch.growth / MIB:.1f} MiB")
    assert answer.startswith(b"HTTP/1.1 413")
    assert watch.growth <= 64 * MIB
    wait_until_clean(site, before)
    assert site.is_up()


def test_nearly_2_gib_in_one_file_is_too_large_and_costs_no_memory(site: RealSite) -> None:
    before, size = site.stored_files(), 2 * GIB - 4096
    headers = FORM | {"Content-Length": str(body_bytes(size))}
    started = time.monotonic()
    with Watch(site) as watch:
        answer = site.client.post("/api/uploads/", content=body(size), headers=headers)
    print(f"2 GiB in one file: {time.monotonic() - started:.1f} s, web process grew by {watch.growth / MIB:.1f} MiB")
    item = answer.json()["items"][0]
    assert (answer.status_code, item["status"], item["http"]) == (202, "quarantined", 413)
    assert item["reason"]["code"] == "too_large"
    assert watch.growth <= 64 * MIB
    wait_until_clean(site, before)


def test_a_file_of_257_mib_is_too_large_and_leaves_nothing(site: RealSite) -> None:
    before, size = site.stored_files(), 257 * MIB
    headers = FORM | {"Content-Length": str(body_bytes(size))}
    with Watch(site) as watch:
        answer = site.client.post("/api/uploads/", content=body(size, bytes(128) + b"DICM"), headers=headers)
    item = answer.json()["items"][0]
    assert (answer.status_code, item["http"], item["reason"]["code"]) == (202, 413, "too_large")
    print(f"257 MiB: web process grew by {watch.growth / MIB:.1f} MiB")
    assert watch.growth <= 64 * MIB
    wait_until_clean(site, before)


@pytest.mark.parametrize("received", [100, 20 * MIB])
def test_a_connection_that_ends_in_the_middle_leaves_nothing(received: int, site: RealSite) -> None:
    before = site.stored_files()
    with raw_connection(site, f"Content-Length: {40 * MIB}") as connection:
        connection.sendall(part("half.dcm") + chest_dicom())
        connection.sendall(bytes(received))
    wait_until_clean(site, before)
    assert site.is_up()
    item = site.client.post("/api/uploads/", files={"files": ("next.dcm", chest_dicom())}).json()["items"][0]
    assert item["status"] == "accepted"
