"""The web process is killed with -9 while files come in: what was answered is stored, and no row lacks its file."""

import hashlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.webapp.archive.dicom_files import chest_dicom

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
REPOSITORY = Path(__file__).resolve().parents[3]
PASSWORD = "a demo password for tests"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    """A real server on a free port with a database of its own, and a client with a token."""
    environment = {**os.environ, "SIGHTLINE_HOME": str(tmp_path), "SIGHTLINE_DEMO_PASSWORD": PASSWORD}
    environment["DATABASE_URL"] = f"sqlite:///{tmp_path / 'sightline.sqlite3'}"
    for command in (["migrate", "--verbosity=0"], ["create_demo_users"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=REPOSITORY, env=environment, check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "webapp.asgi:application", "--port", str(port), "--log-level", "error"]
    server = subprocess.Popen(command, cwd=REPOSITORY, env=environment, start_new_session=True)
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60)
    try:
        client.headers["Authorization"] = f"Token {token(client)}"
        yield server, client
    finally:
        client.close()
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def token(client: httpx.Client) -> str:
    deadline = time.monotonic() + 60
    while True:
        try:
            return client.post("/api/token/", json={"username": "radiologist", "password": PASSWORD}).json()["token"]
        except httpx.ConnectError:
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.2)


def send_until_it_breaks(client: httpx.Client, answered: dict[str, str], seed: int) -> None:
    """Sends one file after the other; notes id and hash of each one that was answered with 202 and accepted."""
    while True:
        content = chest_dicom(rows=512, columns=512, seed=seed)
        seed += 100
        try:
            answer: Any = client.post("/api/uploads/", files={"files": ("a.dcm", content)})
        except httpx.HTTPError:
            return
        item = answer.json()["items"][0]
        assert (answer.status_code, item["status"]) == (202, "accepted")
        answered[item["image"]] = hashlib.sha256(content).hexdigest()


def test_what_was_answered_is_stored(site: tuple[subprocess.Popen[bytes], httpx.Client], tmp_path: Path) -> None:
    server, client = site
    answered: dict[str, str] = {}
    threads = [threading.Thread(target=send_until_it_breaks, args=(client, answered, seed)) for seed in range(3)]
    [thread.start() for thread in threads]
    while len(answered) < 8:
        time.sleep(0.01)

    os.killpg(server.pid, signal.SIGKILL)
    [thread.join() for thread in threads]

    with sqlite3.connect(tmp_path / "sightline.sqlite3") as database:
        rows = database.execute("SELECT id, storage_key, stored_sha256 FROM archive_image").fetchall()
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    stored = {str(UUID(row[0])): row[2] for row in rows}
    assert {image: stored.get(image) for image in answered} == answered
    for _, key, sha256 in rows:
        path = tmp_path / "store" / key[:2] / key[2:4] / f"{key}.dcm"
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256
