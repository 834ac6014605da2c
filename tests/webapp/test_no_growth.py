"""Uploads and jobs leave no Python objects behind: what a process still grows by is the allocator's business, and bounded."""

import asyncio
import gc
import logging
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from django.core.asgi import get_asgi_application
from knox.models import AuthToken

from tests.inference.tiny_bundle import make_tiny_bundle
from tests.webapp.archive.dicom_files import chest_dicom
from webapp.archive.models import Project
from webapp.predictions import bundle_store
from webapp.predictions.bundle_store import bundle_path
from webapp.work.jobs import create
from webapp.work.models import Job
from webapp.work.worker import run_one

Upload = Callable[[int], None]
pytestmark = [pytest.mark.alone, pytest.mark.django_db(transaction=True)]
WARM, COUNTED = 20, 20
# Bounded caches that still fill up (urlsplit, type attributes, cursors of SQLite) cost about 1 KiB per image at first, and
# nothing later; a kept image, message or connection costs at least 4.
MOST_BYTES_PER_IMAGE = 2048


@pytest.fixture
def upload(storage: Path, person: Callable[..., object], tmp_path: Path, monkeypatch, settings) -> Upload:
    """Sends one image through the ASGI application and reads its frame and predictions back, as a browser does."""
    settings.WORKER_BATCH = 1
    # What pytest keeps of the log, and the test broker's queue that nobody empties, are not ours to count.
    monkeypatch.setattr(create, "publish_wake", lambda job_id: None)
    logging.disable(logging.CRITICAL)
    monkeypatch.setattr(bundle_store, "_shelf", bundle_store.EngineShelf())
    bundle_id = make_tiny_bundle(tmp_path / "tiny.bundle")
    (tmp_path / "tiny.bundle").rename(bundle_path(bundle_id))
    Project.objects.filter(pk=Project.default().pk).update(active_bundle=bundle_id)
    token = AuthToken.objects.create(person())[1]
    transport = httpx.ASGITransport(app=get_asgi_application())
    loop = asyncio.new_event_loop()
    client = httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", headers={"Authorization": f"Token {token}"}
    )

    def send(seed: int) -> None:
        async def talk() -> None:
            answer = await client.post("/api/uploads/", files={"files": (f"{seed}.dcm", chest_dicom(seed=seed))})
            image = answer.json()["items"][0]["image"]
            for part in ("frame", "predictions"):
                assert (await client.get(f"/api/images/{image}/{part}/")).status_code == 200

        loop.run_until_complete(talk())

    yield send
    logging.disable(logging.NOTSET)
    loop.run_until_complete(client.aclose())
    loop.close()


def growth(act: Callable[[int], object]) -> float:
    """Bytes of Python objects per call, after a warm-up that is traced too: what caches replace then counts for nothing."""
    tracemalloc.start()
    try:
        for number in range(WARM):
            act(number)
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        for number in range(WARM, WARM + COUNTED):
            act(number)
        gc.collect()
        return (tracemalloc.get_traced_memory()[0] - before) / COUNTED
    finally:
        tracemalloc.stop()


def test_uploads_leave_nothing_behind_in_the_web_process(upload: Upload) -> None:
    assert growth(upload) < MOST_BYTES_PER_IMAGE


def test_jobs_leave_nothing_behind_in_the_worker(upload: Upload) -> None:
    for seed in range(WARM + COUNTED):
        upload(seed)
    assert growth(lambda number: run_one()) < MOST_BYTES_PER_IMAGE
    assert set(Job.objects.values_list("state", flat=True)) == {"succeeded"}
