"""Senders of one byte a second: cut by the running server, which answers others meanwhile."""

import socket
import time
from pathlib import Path

import pytest

from tests.hostile.real_site import RealSite, real_site

MOST_SECONDS = 200.0  # a body is looked at after thirty; what is left is for a busy machine


def drip(site: RealSite, path: str) -> tuple[bytes, float]:
    """(what the server says, seconds until it hung up) to a body that comes a byte a second."""
    token = site.client.headers["Authorization"]
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {token}\r\nContent-Length: 100000\r\n"
    began, said = time.monotonic(), b""
    with socket.create_connection(("127.0.0.1", site.port)) as connection:
        connection.sendall(f"{head}Content-Type: multipart/form-data; boundary=x\r\n\r\n".encode())
        connection.settimeout(1.0)
        while time.monotonic() - began < MOST_SECONDS:
            try:
                got = connection.recv(65536)
            except TimeoutError:
                connection.sendall(b"-")
                assert site.client.get("/api/images/").status_code == 200
                continue
            if not got:
                break
            said += got
    return said, time.monotonic() - began


@pytest.mark.alone
def test_a_byte_a_second_is_cut(tmp_path: Path) -> None:
    with real_site(tmp_path) as site:
        said, seconds = drip(site, "/api/uploads/")
        assert said.startswith(b"HTTP/1.1 408 ")
        assert b"Less than 1 KiB per second of the body came for 30 s." in said
        assert 29 < seconds < MOST_SECONDS
        assert site.left_files() == []
        assert site.open_bytes() == 0
