"""A real disk that another process fills up to the reserve: uploads are refused before their body, reading goes on."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.hostile.real_site import RealSite, real_site
from tests.webapp.archive.dicom_files import chest_dicom

MIB = 2**20
RESERVE_MIB = 8


def fill_by_another_process(disk: Path, leave: int) -> Path:
    """Leaves `leave` bytes free on the disk."""
    code = (
        "import os, sys; path, leave = sys.argv[1], int(sys.argv[2]); found = os.statvfs(os.path.dirname(path));"
        "open(path, 'wb').write(bytes(max(0, found.f_bavail * found.f_frsize - leave)))"
    )
    filler = disk / "of-somebody-else"
    subprocess.run([sys.executable, "-c", code, str(filler), str(leave)], check=True)
    return filler


def upload(site: RealSite, seed: int) -> tuple[int, str]:
    """(status, code of the refusal or outcome of the file)"""
    answer = site.client.post(
        "/api/uploads/", files={"files": ("a.dcm", chest_dicom(rows=512, columns=512, seed=seed))}
    )
    document = answer.json()
    return answer.status_code, document["items"][0]["status"] if "items" in document else document["code"]


@pytest.mark.alone
def test_at_the_reserve_reading_goes_on(small_disk: Path) -> None:
    with real_site(small_disk, SIGHTLINE_DISK_RESERVE_MIB=str(RESERVE_MIB)) as site:
        assert upload(site, 1) == (202, "accepted")
        image = site.client.get("/api/images/").json()["results"][0]["id"]
        filler = fill_by_another_process(small_disk, RESERVE_MIB * MIB - 64 * 1024)

        assert upload(site, 2) == (507, "disk_reserve")
        assert site.left_files() == []
        for address in (f"/api/images/{image}/frame/", f"/api/images/{image}/header/", "/api/images/"):
            assert site.client.get(address).status_code == 200, address
        assert "uploads are refused" in site.client.get("/readyz").json()["storage"]

        filler.unlink()
        assert upload(site, 2) == (202, "accepted")
