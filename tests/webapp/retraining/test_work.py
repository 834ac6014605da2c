"""The `train` job with a child that pretends: one bundle, no orphan, the reason of every end; the model in service untouched."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from webapp.archive.models import Project
from webapp.deployments.bundle_state import State, states_of
from webapp.deployments.models import DeployedBundle
from webapp.retraining import run_folder, work
from webapp.retraining.child import BEGIN, MARK, end_leftovers
from webapp.retraining.devices import leased_device
from webapp.retraining.models import Retraining, RetrainingRun
from webapp.retraining.run_folder import RunFolder
from webapp.retraining.services import RetrainingRefused, cancel_retraining, go_on
from webapp.work.jobs.kinds import JobMustWait
from webapp.work.models import Job
from webapp.work.worker import run_one

pytestmark = pytest.mark.django_db(transaction=True)
Started = Callable[..., Retraining]


def job_of(row: Retraining) -> Job:
    return Job.objects.get(payload__retraining=str(row.pk))


def run() -> bool:
    return run_one(kinds=["train"])


def alive(mark: Any) -> int:
    wanted = f"{MARK}={mark}".encode()
    count = 0
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            count += wanted in (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
    return count


def test_a_training_ends_as_a_registered_bundle_and_serves_nobody(started: Started, pretend: Any, base: Any) -> None:
    pretend()
    row = started()
    assert run()
    done = RetrainingRun.objects.get(pk=row.pk)
    assert (job_of(row).state, done.state) == (Job.State.SUCCEEDED, Job.State.SUCCEEDED)
    assert done.bundle is not None
    assert (done.bundle.name, states_of([done.bundle])[done.bundle.pk].code) == ("tiny-cxr-t1", State.REGISTERED)
    assert done.data_card["weights"] == {"aided": 0.5, "all others": 1.0}
    assert done.device == "processor"
    assert Project.default().active_bundle == base.pk
    assert "goes on after 0" in RunFolder.of(row).log.read_text()


def test_the_child_knows_no_secret_and_is_nice(started: Started, pretend: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGHTLINE_SECRET_KEY", "secret")
    monkeypatch.setenv("DATABASE_URL", "postgres://someone:secret@host/db")
    pretend(code="import os, sys; print(sorted(os.environ), os.nice(0), os.getpgid(0) == os.getpid()); sys.exit(3)")
    row = started()
    run()
    log = RunFolder.of(row).log.read_text()
    assert "SIGHTLINE_SECRET_KEY" not in log
    assert "DATABASE_URL" not in log
    assert "CUDA_VISIBLE_DEVICES" in log
    assert log.split("]")[1].split() == [str(os.nice(0) + 10), "True"]


@pytest.mark.parametrize(
    ("code", "error", "text"),
    [
        (
            "import sys; print('ValueError: the data are no good', file=sys.stderr); sys.exit(1)",
            "training_failed",
            "the data are no good",
        ),
        (
            "import sys; print('OSError: [Errno 28] No space left on device'); sys.exit(1)",
            "disk_full",
            "The disk is full",
        ),
    ],
)
def test_a_child_that_fails_gives_its_reason(
    started: Started, pretend: Any, base: Any, code: str, error: str, text: str
) -> None:
    pretend(code=code)
    row = started()
    run()
    job = job_of(row)
    assert (job.state, job.error_code) == (Job.State.FAILED, error)
    assert text in job.error_text
    assert Project.default().active_bundle == base.pk
    assert DeployedBundle.objects.count() == 1


def test_a_child_that_leaves_no_bundle_of_ours_is_refused(started: Started, pretend: Any, site: Path) -> None:
    pretend(code="import sys, pathlib; pathlib.Path(sys.argv[3]).write_bytes(b'no bundle')")
    row = started()
    run()
    assert (job_of(row).state, job_of(row).error_code) == (Job.State.FAILED, "bundle_refused")


def test_a_killed_child_is_tried_again_and_goes_on(started: Started, pretend: Any) -> None:
    pretend(code="import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    row = started()
    run()
    assert (job_of(row).state, job_of(row).error_code) == (Job.State.QUEUED, "child_killed")
    RunFolder.of(row).progress.parent.mkdir(parents=True)
    RunFolder.of(row).progress.write_text('{"epoch": 1, "of": 3, "seconds": 1}\n')
    pretend(epochs=3)
    Job.objects.update(not_before=None)
    run()
    assert "goes on after 1" in RunFolder.of(row).log.read_text()
    assert RetrainingRun.objects.get(pk=row.pk).bundle is not None


def test_cancel_ends_the_child_within_seconds_and_it_may_go_on(started: Started, pretend: Any, admin: Any) -> None:
    pretend(epochs=600, seconds=0.2)
    row = started()
    worker = threading.Thread(target=run)
    worker.start()
    wait_for(lambda: RunFolder.of(row).progress.is_file())
    cancel_retraining(admin, Retraining.objects.get(pk=row.pk))
    worker.join(20)
    assert not worker.is_alive()
    assert job_of(row).state == Job.State.CANCELLED
    assert alive(row.pk) == 0
    pretend(epochs=3)
    go_on(admin, Retraining.objects.get(pk=row.pk))
    run()
    assert RetrainingRun.objects.get(pk=row.pk).bundle is not None
    with pytest.raises(RetrainingRefused, match="T-1 is over already: it has made its bundle"):
        cancel_retraining(admin, Retraining.objects.get(pk=row.pk))


def test_a_waiting_one_is_cancelled_at_once(started: Started, admin: Any) -> None:
    row = started()
    cancel_retraining(admin, row)
    assert job_of(row).state == Job.State.CANCELLED
    assert not run()


def test_a_worker_that_is_asked_to_stop_puts_it_back_without_an_attempt(started: Started, pretend: Any) -> None:
    pretend(epochs=600, seconds=0.1)
    row = started()
    work.stopping.set()
    run()
    job = job_of(row)
    assert (job.state, job.attempts, alive(row.pk)) == (Job.State.QUEUED, 0, 0)
    assert "goes on after its last epoch" in job.waiting_for


def test_a_taken_device_is_waited_for(started: Started, pretend: Any) -> None:
    pretend()
    row = started()
    with leased_device():
        run()
        assert job_of(row).waiting_for.startswith("Every device for trainings is taken: processor")
        with pytest.raises(JobMustWait), leased_device():
            pass
    Job.objects.update(not_before=None)
    run()
    assert RetrainingRun.objects.get(pk=row.pk).bundle is not None


def test_each_gpu_is_leased_once(site: Path, settings: Any) -> None:
    settings.TRAINING_GPUS = ["0", "1"]
    with leased_device() as first, leased_device() as second:
        assert (first.name, second.name) == ("0", "1")
        assert second.variables == {"CUDA_VISIBLE_DEVICES": "1"}
        with pytest.raises(JobMustWait, match="taken: 0, 1"), leased_device():
            pass


def test_a_child_ends_with_its_parent_however_that_ends(site: Path) -> None:
    """kill -9 of the worker: the kernel ends the child."""
    beside = (
        "import subprocess, sys, os, time; sleep = ['-c', 'import time; time.sleep(60)'];"
        "child = subprocess.Popen([sys.executable, '-c', sys.argv[1], str(os.getpid()), '0', *sleep]);"
        "print(child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", beside, BEGIN], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    # Three words: what it becomes after it has asked to be killed. Before, the look at its parent would end it as well.
    wait_for(lambda: Path(f"/proc/{child}/cmdline").read_bytes().count(b"\0") == 3)
    parent.kill()
    parent.wait()
    wait_for(lambda: not Path(f"/proc/{child}").exists() or "State:\tZ" in Path(f"/proc/{child}/status").read_text())


def test_what_a_killed_worker_left_is_ended_before_the_next_begins(started: Started, pretend: Any) -> None:
    pretend()
    row = started()
    orphan = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], env={MARK: str(row.pk)})
    wait_for(lambda: alive(row.pk) == 1)
    run()
    assert orphan.wait(5) == -9
    assert end_leftovers(row.pk) == 0


def test_a_bundle_that_was_added_before_the_worker_died_is_added_once(
    started: Started, pretend: Any, monkeypatch: Any
) -> None:
    pretend()
    row = started()
    add, calls = work.add_bundle, []

    def dies_after(*arguments: Any) -> DeployedBundle:
        calls.append(add(*arguments))
        if len(calls) == 1:
            raise MemoryError
        return calls[-1]

    monkeypatch.setattr(work, "add_bundle", dies_after)
    run()
    assert job_of(row).state == Job.State.QUEUED
    Job.objects.update(not_before=None)
    pretend(code="raise SystemExit('a finished child is not run again')")
    run()
    assert DeployedBundle.objects.filter(name="tiny-cxr-t1").count() == 1
    assert RetrainingRun.objects.get(pk=row.pk).bundle == calls[0]


def test_a_bundle_whose_job_did_not_come_to_its_end_is_of_its_run_all_the_same(
    started: Started, pretend: Any, monkeypatch: Any
) -> None:
    def ends(*_: Any) -> None:
        raise MemoryError

    pretend()
    row = started()
    monkeypatch.setattr(work, "_write", ends)
    run()
    kept = RetrainingRun.objects.get(pk=row.pk)
    assert (kept.finished_at, kept.bundle) == (None, DeployedBundle.objects.get(name="tiny-cxr-t1"))


def test_without_room_nothing_begins(started: Started, pretend: Any, monkeypatch: Any) -> None:
    pretend()
    row = started()
    monkeypatch.setattr(run_folder, "LEAST_BYTES", 2**60)
    run()
    assert (job_of(row).state, job_of(row).error_code) == (Job.State.FAILED, "no_room")
    with pytest.raises(RetrainingRefused, match="The disk has no room"):
        started()


def test_usual_workers_leave_trainings_alone(started: Started, pretend: Any) -> None:
    pretend()
    row = started()
    assert not run_one()
    assert not run_one(job_of(row).pk)
    assert job_of(row).state == Job.State.QUEUED
    assert run()


def wait_for(is_so: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
