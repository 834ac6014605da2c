"""The web process is killed with -9 while files come in: what was answered is stored, and no row lacks its file."""

import hashlib
import os
import signal
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.hostile.real_site import real_site
from tests.webapp.archive.dicom_files import chest_dicom

pytestmark = [pytest.mark.alone, pytest.mark.timeout(180)]


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


def test_what_was_answered_is_stored(tmp_path: Path) -> None:
    answered: dict[str, str] = {}
    with real_site(tmp_path) as site:
        seeds = range(3)
        threads = [threading.Thread(target=send_until_it_breaks, args=(site.client, answered, seed)) for seed in seeds]
        [thread.start() for thread in threads]
        while len(answered) < 8:
            time.sleep(0.01)

        os.killpg(site.server.pid, signal.SIGKILL)
        [thread.join() for thread in threads]

    with sqlite3.connect(tmp_path / "sightline.sqlite3") as database:
        rows = database.execute("SELECT id, storage_key, stored_sha256 FROM archive_image").fetchall()
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    stored = {str(UUID(row[0])): row[2] for row in rows}
    assert {image: stored.get(image) for image in answered} == answered
    for _, key, sha256 in rows:
        path = tmp_path / "store" / key[:2] / key[2:4] / f"{key}.dcm"
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256
