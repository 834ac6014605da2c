"""A web server and a worker at work on files full of a marker; `exercise_site` gives everything that they logged."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.conftest import REPOSITORY
from tests.inference.tiny_bundle import make_tiny_bundle
from tests.jobs_under_fire.brokers import free_port
from tests.migrated_home import PASSWORD, lay_migrated_home
from tests.webapp.archive.dicom_files import chest_dicom

PATIENCE_SECONDS = 180


def exercise_site(folder: Path, marker: str, log_format: str) -> str:
    """Uploads, searches and asks with the marker everywhere; the text of all logs, in any case of letters."""
    port = free_port()
    environment = {
        **os.environ,
        "SIGHTLINE_HOME": str(folder / "var"),
        "SIGHTLINE_LOG_FORMAT": log_format,
        "SIGHTLINE_LOG_LEVEL": "DEBUG",
        "SIGHTLINE_DEMO_PASSWORD": PASSWORD,
        "CELERY_BROKER_URL": "filesystem://localhost",
        "PYTHONWARNINGS": "ignore:No directory at:UserWarning",  # static files may not have been collected here yet
    }
    environment.pop("DATABASE_URL", None)
    make_tiny_bundle(folder / "tiny.bundle")
    lay_migrated_home(folder / "var")
    add = [sys.executable, "manage.py", "bundle", "add", str(folder / "tiny.bundle"), "--activate"]
    subprocess.run(add, cwd=REPOSITORY, env=environment, check=True)
    web = [sys.executable, "-m", "uvicorn", "webapp.asgi:application", "--port", str(port), "--no-access-log"]
    web += ["--lifespan", "off", "--log-level", "warning"]
    worker = [sys.executable, "manage.py", "worker", "--name", "w1"]
    log = folder / "site.log"
    with log.open("wb") as sink:
        running = [
            subprocess.Popen(one, cwd=REPOSITORY, env=environment, stdout=sink, stderr=sink) for one in (web, worker)
        ]
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                _use(client, folder, marker)
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait(30)
    return log.read_text()


def _use(client: httpx.Client, folder: Path, marker: str) -> None:
    _wait(lambda: _answers(client))
    token = client.post("/api/token/", json={"username": "radiologist", "password": PASSWORD}).json()["token"]
    client.headers["Authorization"] = f"Token {token}"
    client.post("/api/token/", json={"username": marker, "password": marker})
    names = {
        "PatientName": f"{marker}^Anna",
        "PatientID": marker,
        "AccessionNumber": marker,
        "StudyDescription": marker,
    }
    good = chest_dicom(**names, SpecificCharacterSet="ISO_IR 9999")
    bad = [
        good[: len(good) // 2],
        marker.encode() * 100,
        chest_dicom(**names, Rows=3),
        chest_dicom(**names, drop=("Rows",)),
    ]
    files = [("files", (f"{marker}-{number}.dcm", content)) for number, content in enumerate([good, *bad])]
    items = client.post("/api/uploads/", files=files).raise_for_status().json()["items"]
    image = items[0]["image"]
    assert image
    predictions = f"/api/images/{image}/predictions/"
    _wait(lambda: client.get(predictions).json()["results"][0]["state"] == "succeeded")
    for path in (f"/api/images/{marker}/", f"/api/images/?q={marker}", f"/api/images/?study_date={marker}"):
        client.get(path)
    client.get(f"/api/images/{image}/frame/", params={"voi": marker})
    [stored] = folder.glob("var/store/*/*/*.dcm")  # a damaged file: the job fails, the frame is refused
    stored.chmod(0o600)
    stored.write_bytes(bytes(reversed(stored.read_bytes())))
    client.post(predictions)
    _wait(lambda: client.get(predictions).json()["results"][0]["state"] == "failed")
    client.get(f"/api/images/{image}/frame/")


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def _wait(found: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not found():
        assert time.monotonic() < deadline, f"waited {PATIENCE_SECONDS} s"
        time.sleep(0.05)
