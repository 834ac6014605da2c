"""A real disk without a free block: frames come through the ballast, and when that is used up they are 503, never unrecorded."""

import os
import sqlite3
import time
from pathlib import Path

import pytest

from tests.hostile.real_site import RealSite, real_site
from tests.webapp.archive.dicom_files import chest_dicom

BALLAST_SECONDS = 120.0  # the web process looks after it every ten


def fill(disk: Path, name: str) -> Path:
    """Takes the last free block."""
    filler = disk / name
    with filler.open("wb", buffering=0) as handle:
        for size in (2**20, 4096):
            try:
                while handle.write(bytes(size)):
                    pass
            except OSError:
                continue
    return filler


def events_of_frames(site: RealSite) -> int:
    database = sqlite3.connect(f"file:{site.home / 'sightline.sqlite3'}?mode=ro", uri=True)
    try:
        return int(
            database.execute("SELECT COUNT(*) FROM audit_accessevent WHERE verb='image.view_frame'").fetchone()[0]
        )
    finally:
        database.close()


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + BALLAST_SECONDS
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} was not made"
        time.sleep(0.2)


@pytest.mark.alone
def test_frames_on_a_disk_without_a_free_block(small_disk: Path) -> None:
    with real_site(small_disk, SIGHTLINE_DISK_RESERVE_MIB="4", SIGHTLINE_LOG_LEVEL="ERROR") as site:
        wait_for(small_disk / "ballast")
        files = {"files": ("a.dcm", chest_dicom(rows=512, columns=512))}
        image = site.client.post("/api/uploads/", files=files).json()["items"][0]["image"]
        frame = f"/api/images/{image}/frame/"

        first = fill(small_disk, "first")
        assert site.client.get(frame).status_code == 200
        assert not (small_disk / "ballast").exists()
        assert os.statvfs(small_disk).f_bavail > 0
        assert "released" in site.client.get("/readyz").json()["storage"]
        assert site.client.post("/api/uploads/", files=files).status_code == 507

        before, statuses = events_of_frames(site), []
        fill(small_disk, "second")
        while len(statuses) < 3000 and 503 not in statuses:
            answer = site.client.get(frame)
            statuses.append(answer.status_code)
        assert statuses[-1] == 503, f"{len(statuses)} frames, all of {set(statuses)}"
        assert set(statuses) <= {200, 503}
        assert (answer.json()["code"], answer.headers["Retry-After"]) == ("disk_full", "30")
        assert site.is_up()

        first.unlink()
        assert events_of_frames(site) - before == statuses.count(200)
        assert site.client.get(frame).status_code == 200
        wait_for(small_disk / "ballast")
