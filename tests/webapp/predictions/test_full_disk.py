"""The disk fills up while maps are written: tried again, then failed with its reason, and nothing half-written."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as site

from tests.inference.tiny_bundle import make_tiny_bundle
from tests.webapp.archive.dicom_files import chest_dicom
from webapp.archive.ingest import Sender, ingest_file
from webapp.archive.models import Project
from webapp.predictions import bundle_store
from webapp.predictions.bundle_store import bundle_path
from webapp.predictions.map_files import map_path
from webapp.predictions.models import Prediction
from webapp.work.jobs.cancel import retry
from webapp.work.models import Job
from webapp.work.worker import run_one

pytestmark = pytest.mark.django_db
PAGE = os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A file system of 16 pages."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={16 * PAGE}", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount command")
    if done.returncode:
        pytest.skip(f"a small tmpfs cannot be mounted here: {done.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def queued(storage, small_disk, settings, tmp_path, monkeypatch) -> Prediction:
    """A queued prediction whose maps go to the small disk."""
    settings.MAP_DIR = small_disk
    monkeypatch.setattr(bundle_store, "_shelf", bundle_store.EngineShelf())
    bundle_id = make_tiny_bundle(tmp_path / "tiny.bundle")
    (tmp_path / "tiny.bundle").rename(bundle_path(bundle_id))
    Project.objects.filter(pk=Project.default().pk).update(active_bundle=bundle_id)
    image = ingest_file([chest_dicom()], Sender(Project.default(), None, "upload")).image
    return image.predictions.get()


def fill(folder: Path, free_pages: int) -> Path:
    """Leaves `free_pages` on the small disk."""
    status = os.statvfs(folder)
    filler = folder / "filler"
    filler.write_bytes(bytes((status.f_bavail - free_pages) * status.f_frsize))
    return filler


@pytest.mark.parametrize("free_pages", [0, 1])  # no map fits; the first fits and the second does not
def test_a_full_disk_is_retried_then_failed_and_leaves_nothing_half_written(queued, small_disk, free_pages):
    (small_disk / str(queued.id)[:2]).mkdir()
    filler = fill(small_disk, free_pages)
    for attempt in range(1, site.JOB_MAX_ATTEMPTS + 1):
        assert run_one()
        job = Job.objects.get()
        assert (job.attempts, job.error_code) == (attempt, "storage_error")
        assert list(small_disk.rglob("*.f32")) == []
        Job.objects.update(not_before=None)
    assert job.state == "failed"
    assert job.error_text == "A file could not be read or written on the server."
    filler.unlink()
    assert retry(job.id)
    assert run_one()
    queued.refresh_from_db()
    assert queued.state == "succeeded"
    assert map_path(queued.maps_key, "classmaps").stat().st_size == 3 * 8 * 8 * 4
