"""Uploads that end too early, at every tenth: nothing is stored, nothing stays in the incoming folder, the sender is told."""

import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.hostile.real_site import RealSite, real_site
from tests.webapp.archive.dicom_files import chest_dicom, zip_of

TENTHS = range(1, 10)
BOUNDARY = b"a-boundary-of-this-test"
END = b"\r\n--" + BOUNDARY + b"--\r\n"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSite]:
    with real_site(tmp_path_factory.mktemp("cut")) as started:
        yield started


def form(name: bytes, content: bytes) -> bytes:
    head = b'--%b\r\nContent-Disposition: form-data; name="files"; filename="%b"\r\n' % (BOUNDARY, name)
    return head + b"Content-Type: application/octet-stream\r\n\r\n" + content + END


def head(site: RealSite, length: int) -> bytes:
    token = site.client.headers["Authorization"]
    lines = [
        "POST /api/uploads/ HTTP/1.1",
        "Host: 127.0.0.1",
        f"Authorization: {token}",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY.decode()}",
        f"Content-Length: {length}",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def is_clean(site: RealSite) -> bool:
    """Waits a little: a broken connection is noticed by and by."""
    for _ in range(1200):
        if not site.incoming_files() and not site.open_bytes():
            return True
        time.sleep(0.1)
    return False


FILES = {
    "image": form(b"a.dcm", chest_dicom(rows=1500, columns=1200)),
    "zip": form(b"a.zip", zip_of({f"{number}.dcm": chest_dicom(rows=700, columns=700) for number in range(4)})),
}


@pytest.mark.alone
@pytest.mark.parametrize("kind", FILES)
def test_a_connection_that_breaks_leaves_nothing(kind: str, site: RealSite) -> None:
    body = FILES[kind]
    for tenth in TENTHS:
        with socket.create_connection(("127.0.0.1", site.port), timeout=30) as connection:
            connection.sendall(head(site, len(body)) + body[: len(body) * tenth // 10])
    assert is_clean(site)
    assert site.stored_files() == []
    assert site.is_up()


@pytest.mark.alone
@pytest.mark.parametrize("kind", FILES)
def test_a_body_without_its_end_is_refused_with_a_sentence(kind: str, site: RealSite) -> None:
    body = FILES[kind]
    kind_of_body = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}"}
    answers: list[httpx.Response] = [
        site.client.post("/api/uploads/", content=body[: len(body) * tenth // 10], headers=kind_of_body)
        for tenth in TENTHS
    ]
    # The file itself is whole, and only the boundary behind it is missing: it might as well be half of one.
    answers.append(site.client.post("/api/uploads/", content=body[: -len(END)], headers=kind_of_body))

    assert {answer.status_code for answer in answers} == {400}
    assert {answer.json()["code"] for answer in answers} == {"request_cut"}
    assert answers[0].json()["text"] == (
        "The request ended before its last file had ended. Nothing of it was kept; send it again."
    )
    assert is_clean(site)
    assert site.stored_files() == []


@pytest.mark.alone
def test_the_whole_of_it_is_taken(site: RealSite) -> None:
    kind_of_body = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY.decode()}"}
    answer = site.client.post("/api/uploads/", content=FILES["image"] + b"an epilogue", headers=kind_of_body)
    assert answer.json()["items"][0]["status"] == "accepted"
