"""The worker's two threads: they look when woken, go on after faults, and stop when asked."""

import threading

import pytest

from webapp.work.extension_points import extension_points
from webapp.work.jobs.kinds import short_kinds
from webapp.work.worker_threads import WorkerThreads

PATIENCE = 10.0


class Looks:
    """Stands for run_one: notes what each look may take, and answers that there is nothing to do."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.kinds, self.fault = [], fault
        self.seen = threading.Semaphore(0)

    def __call__(self, kinds):
        self.kinds.append(kinds)
        self.seen.release()
        if self.fault:
            raise self.fault
        return False

    def wait_for(self, count: int) -> None:
        for _ in range(count):
            assert self.seen.acquire(timeout=PATIENCE)


@pytest.fixture
def at_work():
    """`at_work(looks)`: threads that run and end with the test."""
    running = []

    def start(looks: Looks, sweep=None, every_seconds: float = 60.0) -> WorkerThreads:
        threads = WorkerThreads(looks)
        threads.start(sweep or (lambda: None), every_seconds)
        running.append(threads)
        return threads

    yield start
    for threads in running:
        threads.stop()


def test_one_thread_takes_everything_and_the_other_no_long_jobs(at_work):
    looks = Looks()
    at_work(looks)
    looks.wait_for(2)
    assert sorted(looks.kinds[:2], key=str) == [None, short_kinds()]
    assert "infer" in short_kinds()
    assert "ingest_zip" not in short_kinds()


def test_a_call_makes_idle_threads_look_at_once(at_work):
    looks = Looks()
    threads = at_work(looks)
    looks.wait_for(2)
    assert threads.wake()
    looks.wait_for(2)


def test_a_fault_ends_no_thread(at_work):
    looks = Looks(fault=RuntimeError("the database is away"))
    threads = at_work(looks)
    looks.wait_for(2)
    threads.wake()
    looks.wait_for(2)
    assert threads.idle_seconds() < PATIENCE


def test_threads_that_are_not_at_work_say_so():
    threads = WorkerThreads(Looks())
    assert not threads.wake()
    assert threads.idle_seconds() == float("inf")


def test_they_stop_when_asked(at_work):
    threads = at_work(Looks())
    threads.stop()
    assert not threads.wake()


def test_rooms_above_are_told_that_the_worker_was_asked_to_stop(monkeypatch):
    told = []
    monkeypatch.setattr(extension_points, "asked_to_stop", [lambda: told.append("stop")])
    WorkerThreads(Looks()).end_soon()
    assert told == ["stop"]


def test_one_thread_sweeps_and_not_more_often_than_said(at_work):
    looks, swept_by = Looks(), []
    threads = at_work(looks, lambda: swept_by.append(threading.current_thread().name), every_seconds=3600.0)
    looks.wait_for(2)
    threads.wake()
    looks.wait_for(2)
    threads.stop()
    assert swept_by == ["jobs-1"]
