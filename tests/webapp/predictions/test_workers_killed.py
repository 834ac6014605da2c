"""Real worker processes over the filesystem broker: killed and stopped in mid-job, no job is lost and none done twice.

A trigger in the database counts how often each job became `succeeded`, so a second result could not hide.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.inference.tiny_bundle import make_tiny_bundle
from tests.webapp.archive.dicom_files import chest_dicom

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

REPOSITORY = Path(__file__).resolve().parents[3]
JOBS = 20
LEASE_SECONDS = 2
PATIENCE_SECONDS = 60
COUNT_SUCCESSES = """
CREATE TABLE success_log (job TEXT);
CREATE TRIGGER count_successes AFTER UPDATE OF state ON predictions_job WHEN NEW.state = 'succeeded'
BEGIN INSERT INTO success_log VALUES (NEW.id); END;
"""


class Site:
    """A home with a database, twenty queued jobs and a model, and the workers started in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.workers: list[subprocess.Popen[bytes]] = []
        self.environment = {
            **os.environ,
            "SIGHTLINE_HOME": str(home / "var"),
            "SIGHTLINE_LEASE_SECONDS": str(LEASE_SECONDS),
            "SIGHTLINE_WORKER_THREADS": "1",
            "CELERY_BROKER_URL": "filesystem://localhost",
        }
        self.environment.pop("DATABASE_URL", None)

    def fill(self) -> None:
        make_tiny_bundle(self.home / "tiny.bundle")
        files = self.home / "files"
        files.mkdir()
        for number in range(JOBS):
            (files / f"{number}.dcm").write_bytes(chest_dicom(seed=number))
        self._manage("migrate", "--verbosity=0")
        self._manage("bundle", "add", str(self.home / "tiny.bundle"), "--activate")
        self._manage("ingest", str(files))
        with self.database() as database:
            database.executescript(COUNT_SUCCESSES)
        assert self.count("queued") == JOBS

    def start_worker(self) -> subprocess.Popen[bytes]:
        log = (self.home / f"worker-{len(self.workers)}.log").open("wb")
        command = [sys.executable, "manage.py", "worker", "--name", f"w{len(self.workers)}"]
        worker = subprocess.Popen(
            command, cwd=REPOSITORY, env=self.environment, start_new_session=True, stdout=log, stderr=log
        )
        self.workers.append(worker)
        return worker

    def signal(self, worker: subprocess.Popen[bytes], number: int) -> None:
        os.killpg(worker.pid, number)

    def database(self) -> sqlite3.Connection:
        return sqlite3.connect(self.home / "var" / "sightline.sqlite3", timeout=20)

    def count(self, state: str) -> int:
        return self.rows("SELECT count(*) FROM predictions_job WHERE state = ?", state)[0][0]

    def job_of(self, worker: subprocess.Popen[bytes]) -> str | None:
        sql = "SELECT id FROM predictions_job WHERE state = 'running' AND worker LIKE ?"
        found = self.rows(sql, f"%:{worker.pid}")
        return found[0][0] if found else None

    def rows(self, sql: str, *values: str) -> list[tuple]:
        with self.database() as database:
            return database.execute(sql, values).fetchall()

    def strike(self, worker: subprocess.Popen[bytes], number: int) -> str:
        """Signals the worker's whole group while it holds a job; the job's id."""
        wait(lambda: self.job_of(worker), "the worker to hold a job")
        self.signal(worker, number)
        job = self.job_of(worker)
        assert job is not None, "the job ended in the instant before the signal"
        return job

    def log_of(self, worker: subprocess.Popen[bytes]) -> str:
        return (self.home / f"worker-{self.workers.index(worker)}.log").read_text()

    def stop(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                self.signal(worker, signal.SIGKILL)
                worker.wait()

    def _manage(self, *arguments: str) -> None:
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=REPOSITORY, env=self.environment, check=True)


def wait(found: Callable[[], object], for_what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not found():
        assert time.monotonic() < deadline, f"waited {PATIENCE_SECONDS} s for {for_what}"
        time.sleep(0.005)


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> Path:
    """Home of a site with its jobs, made once; each test works on a copy."""
    site = Site(tmp_path_factory.mktemp("filled"))
    site.fill()
    return site.home


@pytest.fixture
def site(tmp_path, filled) -> Iterator[Site]:
    site = Site(Path(shutil.copytree(filled, tmp_path / "home")))
    yield site
    site.stop()


def assert_each_job_is_done_once(site: Site) -> None:
    wait(lambda: site.count("succeeded") == JOBS, "all jobs to be done")
    successes = site.rows("SELECT job FROM success_log")
    assert len(successes) == len(set(successes)) == JOBS
    results = site.rows(
        "SELECT p.maps_key, j.lease_token FROM predictions_prediction p JOIN predictions_job j ON p.job_id = j.id"
        " WHERE p.bundle_id != '' AND p.finished_at IS NOT NULL"
    )
    assert len(results) == JOBS
    assert all(key.replace("-", "").endswith(token.replace("-", "")) for key, token in results)
    files = list((site.home / "var" / "maps").glob("*/*.gradcam.f32"))
    assert {path.name.partition(".")[0] for path in files} == {key for key, _ in results}


def test_no_job_is_lost_or_done_twice_when_a_worker_is_killed(site):
    victim, _ = site.start_worker(), site.start_worker()
    job = site.strike(victim, signal.SIGKILL)
    victim.wait()
    site.start_worker()
    assert_each_job_is_done_once(site)
    [(attempts,)] = site.rows("SELECT attempts FROM predictions_job WHERE id = ?", job)
    assert attempts == 2


def test_the_late_result_of_a_stopped_worker_is_refused(site):
    sleeper = site.start_worker()
    job = site.strike(sleeper, signal.SIGSTOP)
    site.start_worker()
    wait(lambda: site.rows("SELECT 1 FROM success_log WHERE job = ?", job), "the other worker to take the job over")
    site.signal(sleeper, signal.SIGCONT)
    wait(lambda: "no longer ours" in site.log_of(sleeper), "the sleeper to notice")
    assert_each_job_is_done_once(site)


def test_jobs_run_without_a_broker_folder(site):
    broker = site.home / "var" / "broker"
    for folder in sorted(broker.rglob("*"), reverse=True):
        folder.rmdir() if folder.is_dir() else folder.unlink()
    broker.rmdir()
    broker.write_text("in the way")
    worker = site.start_worker()
    assert_each_job_is_done_once(site)
    assert worker.poll() is None
