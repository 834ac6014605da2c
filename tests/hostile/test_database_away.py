"""A running server whose database is locked by another program, or does not answer at all."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.conftest import REPOSITORY
from tests.hostile.real_site import HALTED, real_site
from tests.migrated_home import PASSWORD, environment_of
from tests.webapp.archive.dicom_files import chest_dicom

pytestmark = [pytest.mark.alone, pytest.mark.timeout(240)]

BROWSER = {"Accept": "text/html"}
PERSON = {"username": "radiologist", "password": PASSWORD}


def told(answer: httpx.Response) -> tuple[int, str, str]:
    return answer.status_code, answer.headers.get("Retry-After", ""), answer.json().get("code", "")


def files(seed: int) -> dict[str, tuple[str, bytes]]:
    return {"files": ("a.dcm", chest_dicom(seed=seed))}


def test_a_locked_database_is_told_and_loses_nothing(tmp_path: Path) -> None:
    with real_site(tmp_path) as site:
        image = site.client.post("/api/uploads/", files=files(1)).json()["items"][0]["image"]
        frame = f"/api/images/{image}/frame/"
        with (
            closing(sqlite3.connect(site.home / "sightline.sqlite3", isolation_level=None)) as holder,
            ThreadPoolExecutor() as together,
        ):
            holder.execute("BEGIN IMMEDIATE")
            waiting = [
                together.submit(site.client.post, "/api/uploads/", files=files(2)),
                together.submit(site.client.post, "/api/token/", json=PERSON),
                together.submit(site.client.get, frame),  # who reads is written down first
            ]
            assert site.client.get("/api/me/").json()["username"] == "radiologist"
            ready = site.client.get("/readyz")
            assert (ready.status_code, ready.json()["database"]) == (503, "no_writes")
            assert not any(one.done() for one in waiting), "reading waited as long as the writers"
            assert [told(one.result()) for one in waiting] == [(503, "5", "database_busy")] * 3
        assert site.client.get(frame).status_code == 200
        assert site.client.post("/api/uploads/", files=files(2)).json()["items"][0]["status"] == "accepted"


def test_a_database_that_does_not_answer_is_told(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="needs the extra `postgres`")
    token, cookie = {"Authorization": "Token " + "f" * 64}, {"Cookie": "sessionid=" + "a" * 32}
    with server_without_database(tmp_path) as client:
        assert told(client.get("/api/images/", headers=token)) == (503, "5", "database_unreachable")
        assert told(client.get("/events/", headers=cookie)) == (503, "5", "database_unreachable")
        page = client.get("/", headers={**cookie, **BROWSER})
        assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
        assert 'http-equiv="refresh" content="5"' in page.text
        assert "Traceback" not in page.text
        assert client.get("/healthz").status_code == 200
        assert client.get("/readyz").status_code == 503


@contextmanager
def server_without_database(home: Path) -> Iterator[httpx.Client]:
    """A server whose PostgreSQL listens nowhere."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "webapp.asgi:application", "--port", str(port), "--log-level", "error"]
    environment = environment_of(home, DATABASE_URL="postgres://nobody@127.0.0.1:1/none")
    server = subprocess.Popen([*command, "--lifespan", "off"], cwd=REPOSITORY, env=environment, start_new_session=True)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            deadline = time.monotonic() + HALTED
            while not _answers(client):
                assert time.monotonic() < deadline, "the server does not answer"
                time.sleep(0.2)
            yield client
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.ConnectError:
        return False
