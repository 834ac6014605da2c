"""A home with a database, queued jobs and a model, and real worker processes in it.

A trigger in the database counts how often each job became `succeeded`, so a second result could not hide.
"""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.inference.tiny_bundle import make_tiny_bundle
from tests.webapp.archive.dicom_files import chest_dicom

REPOSITORY = Path(__file__).resolve().parents[2]
LEASE_SECONDS = 2  # of workers that are killed; a busy machine may take a lease of that length from a living one
PATIENCE_SECONDS = 200
COUNT_SUCCESSES = """
CREATE TABLE success_log (job TEXT);
CREATE TRIGGER count_successes AFTER UPDATE OF state ON predictions_job WHEN NEW.state = 'succeeded'
BEGIN INSERT INTO success_log VALUES (NEW.id); END;
"""
Worker = subprocess.Popen[bytes]


class Site:
    """`home` holds everything; `jobs` queued jobs after `fill`."""

    def __init__(
        self,
        home: Path,
        broker: str = "filesystem://localhost",
        jobs: int = 20,
        image_seconds: float = 0.0,
        lease_seconds: int = 30,
    ) -> None:
        self.home, self.jobs = home, jobs
        self.workers: list[Worker] = []
        self.environment = {
            **os.environ,
            "SIGHTLINE_HOME": str(home / "var"),
            "SIGHTLINE_LEASE_SECONDS": str(lease_seconds),
            "SIGHTLINE_WORKER_THREADS": "1",
            "CELERY_BROKER_URL": broker,
            "DJANGO_SETTINGS_MODULE": "tests.jobs_under_fire.settings",
            "FIRE_SECONDS": str(image_seconds),
        }
        self.environment.pop("DATABASE_URL", None)

    def fill(self) -> None:
        make_tiny_bundle(self.home / "tiny.bundle")
        files = self.home / "files"
        files.mkdir()
        for number in range(self.jobs):
            (files / f"{number}.dcm").write_bytes(chest_dicom(seed=number))
        self.manage("migrate", "--verbosity=0")
        self.manage("bundle", "add", str(self.home / "tiny.bundle"), "--activate")
        self.manage("ingest", str(files))
        self.count_successes()
        assert self.count("queued") == self.jobs

    def count_successes(self) -> None:
        with self.database() as database:
            database.executescript(COUNT_SUCCESSES)

    def start_worker(self) -> Worker:
        log = (self.home / f"worker-{len(self.workers)}.log").open("wb")
        command = [sys.executable, "manage.py", "worker", "--name", f"w{len(self.workers)}"]
        worker = subprocess.Popen(
            command, cwd=REPOSITORY, env=self.environment, start_new_session=True, stdout=log, stderr=log
        )
        self.workers.append(worker)
        return worker

    def manage(self, *arguments: str) -> None:
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=REPOSITORY, env=self.environment, check=True)

    def database(self) -> sqlite3.Connection:
        return sqlite3.connect(self.home / "var" / "sightline.sqlite3", timeout=20)

    def rows(self, sql: str, *values: str | int) -> list[tuple]:
        with self.database() as database:
            return database.execute(sql, values).fetchall()

    def count(self, state: str) -> int:
        return self.rows("SELECT count(*) FROM predictions_job WHERE state = ?", state)[0][0]

    def allow_attempts(self, attempts: int) -> None:
        """So many per job. By rule a job whose workers died three times is given up; where a test strikes more often than
        that, it would be chance whether the same job is in hand each time."""
        assert self.rows("UPDATE predictions_job SET max_attempts = ? RETURNING id", attempts)

    def has_done(self, jobs: int) -> bool:
        return self.count("succeeded") >= jobs

    def jobs_of(self, worker: Worker) -> set[str]:
        sql = "SELECT id FROM predictions_job WHERE state = 'running' AND worker LIKE ?"
        return {row[0] for row in self.rows(sql, f"%:{worker.pid}")}

    def strike(self, worker: Worker, number: int) -> set[str]:
        """Signals the worker's whole group while it holds jobs; the jobs it held. SIGSTOP or SIGKILL.

        A signal is still under way when killpg returns, and a run can end meanwhile: the worker is stopped first, and what
        it held is read once it stands.
        """
        while True:
            wait(lambda: self.jobs_of(worker), "the worker to hold a job")
            os.killpg(worker.pid, signal.SIGSTOP)
            os.waitid(os.P_PID, worker.pid, os.WSTOPPED)
            held = self.jobs_of(worker)
            if held and number == signal.SIGKILL:
                os.killpg(worker.pid, number)
                return held
            if self.has_begun(worker, held) and not self.is_write_locked():
                return held
            # Strike again: stopped between two jobs; between a claim and its reading, which will see by itself that the job
            # is lost; or inside a commit of SQLite, which then is locked for everybody.
            os.killpg(worker.pid, signal.SIGCONT)
            time.sleep(0.02)

    def has_begun(self, worker: Worker, jobs: set[str]) -> bool:
        """Whether the worker has said that it runs one of these jobs."""
        log = self.log_of(worker).replace("-", "")
        return any(f"job {str(job).replace('-', '')} infer attempt" in log for job in jobs)

    def is_write_locked(self) -> bool:
        database = sqlite3.connect(self.home / "var" / "sightline.sqlite3", timeout=0.5, isolation_level=None)
        try:
            database.execute("BEGIN IMMEDIATE")
            database.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return True
        finally:
            database.close()
        return False

    def forget_frames(self) -> None:
        """Empties the cache of decoded frames and model inputs, so that each job needs its decoding child."""
        shutil.rmtree(self.home / "var" / "frames")

    def log_of(self, worker: Worker) -> str:
        return (self.home / f"worker-{self.workers.index(worker)}.log").read_text()

    def stop(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                os.killpg(worker.pid, signal.SIGKILL)
                worker.wait()

    def assert_each_job_is_done_once(self) -> None:
        """No job lost, none done twice: one success, one result, one set of maps for each, all of the same run."""
        wait(lambda: self.count("succeeded") + self.count("failed") == self.jobs, "all jobs to be over")
        assert self.rows("SELECT id, error_code, attempts FROM predictions_job WHERE state = 'failed'") == []
        successes = self.rows("SELECT job FROM success_log")
        assert len(successes) == len(set(successes)) == self.jobs
        results = self.rows(
            "SELECT p.maps_key, j.lease_token FROM predictions_prediction p JOIN predictions_job j ON p.job_id = j.id"
            " WHERE p.bundle_id != '' AND p.finished_at IS NOT NULL"
        )
        assert len(results) == self.jobs
        assert all(key.replace("-", "").endswith(token.replace("-", "")) for key, token in results)
        wait(lambda: self.map_keys() == {key for key, _ in results}, "the maps of lost runs to be cleaned away")

    def map_keys(self) -> set[str]:
        files = (self.home / "var" / "maps").glob("*/*.gradcam.f32")
        return {path.name.partition(".")[0] for path in files}


def wait(found: Callable[[], object], for_what: str, seconds: float = PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline, f"waited {seconds} s for {for_what}"
        time.sleep(0.01)
