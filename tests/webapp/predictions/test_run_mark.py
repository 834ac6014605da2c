"""What a worker that ended had in hand is told once; what ended for another reason is not told."""

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import pytest
from django.db import OperationalError

from webapp.predictions import run_mark
from webapp.predictions.run_mark import RunMark, tell_answered, tell_ended_runs

REPOSITORY = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.slow  # a worker of its own in most of them
BUNDLE, JOB = "a" * 64, str(uuid.uuid4())
WORKER = """
import sys, time
import django
django.setup()
from webapp.predictions.run_mark import run_mark
in_hand = run_mark.in_hand(sys.argv[1], [sys.argv[2]])
with in_hand:
    pass
{then}
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def told(monkeypatch, settings, tmp_path):
    settings.RUN_DIR = tmp_path / "runs"
    found = []
    monkeypatch.setattr(run_mark, "worker_ended_hooks", [found.append])
    return found


@pytest.fixture
def start(tmp_path):
    """A process that has a run in hand, or what `then` says instead."""
    started = []

    def make(then="in_hand.__enter__()"):
        environment = os.environ | {
            "SIGHTLINE_HOME": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "webapp.settings",
            "PYTHONPATH": str(REPOSITORY),
        }
        command = [sys.executable, "-c", WORKER.format(then=then), BUNDLE, JOB]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield make
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_a_worker_that_is_killed_in_a_run_is_told_once_and_one_that_lives_is_not(told, start, tmp_path):
    process = start()
    tell_ended_runs()
    assert told == []
    kill(process)
    tell_ended_runs()
    tell_ended_runs()
    [ended] = told
    assert (ended.bundle_id, ended.jobs, ended.reason) == (BUNDLE, (JOB,), "worker_ended")
    assert ended.worker.endswith(f":{process.pid}")
    assert list(tmp_path.glob("runs/*")) == []


@pytest.mark.parametrize(
    "then", ["", "in_hand.__enter__(); run_mark.withdraw()", "run_mark.withdraw(); in_hand.__enter__()"]
)
def test_a_worker_that_ends_between_runs_or_was_asked_to_stop_is_not_told(told, start, then, tmp_path):
    kill(start(then))
    tell_ended_runs()
    assert told == []
    assert list(tmp_path.glob("runs/*")) == []


def test_a_worker_that_ends_itself_says_why(told, start):
    kill(start("in_hand.__enter__(); run_mark.say('run_too_long')"))
    tell_ended_runs()
    assert [ended.reason for ended in told] == ["run_too_long"]


def test_a_machine_that_went_down_is_no_fault_of_the_model(told, start, monkeypatch):
    kill(start())
    monkeypatch.setattr(run_mark, "_boot", lambda: "another start")
    tell_ended_runs()
    assert told == []


def test_workers_that_look_at_once_tell_it_once(told, start):
    kill(start())
    meeting = threading.Barrier(8)

    def look():
        meeting.wait()
        tell_ended_runs()

    threads = [threading.Thread(target=look) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert len(told) == 1


def test_a_mark_that_another_worker_told_while_this_one_waited_is_not_told_again(told, start, settings, monkeypatch):
    kill(start())
    [path] = settings.RUN_DIR.glob("*.run")
    lock = run_mark.fcntl.flock

    def lock_late(descriptor, how):
        path.unlink()
        lock(descriptor, how)

    monkeypatch.setattr(run_mark.fcntl, "flock", lock_late)
    tell_ended_runs()
    assert told == []


def test_what_the_database_did_not_take_is_told_later(told, start, monkeypatch):
    def broken(ended):
        raise OperationalError("the connection broke")

    kill(start())
    with monkeypatch.context() as down:
        down.setattr(run_mark, "worker_ended_hooks", [broken])
        tell_ended_runs()
    tell_ended_runs()
    assert len(told) == 1


def test_a_mark_that_was_half_written_is_removed(told, settings):
    settings.RUN_DIR.mkdir()
    (settings.RUN_DIR / f"{uuid.uuid4()}.run").write_text('{"bundle": "a')
    tell_ended_runs()
    assert told == []
    assert list(settings.RUN_DIR.iterdir()) == []


def test_a_full_disk_costs_the_mark_and_not_the_run(told, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_mark.os, "pwrite", full)
    with RunMark().in_hand(BUNDLE, [JOB]):
        pass


def test_an_answer_is_not_lost_with_its_note(monkeypatch):
    def broken(bundle_id):
        raise OperationalError("the connection broke")

    monkeypatch.setattr(run_mark, "answered_hooks", [broken])
    tell_answered(BUNDLE)


def test_noting_a_run_costs_little(told):
    mark, began = RunMark(), time.perf_counter()
    for _ in range(200):
        with mark.in_hand(BUNDLE, [JOB]):
            pass
    assert time.perf_counter() - began < 0.5
