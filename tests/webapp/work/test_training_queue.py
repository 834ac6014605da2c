"""A kind on a queue of its own: usual workers leave it alone, and its worker takes nothing else."""

import pytest
from django.core.management import CommandError, call_command

from webapp.work import training_host
from webapp.work.jobs.kinds import kinds_of, kinds_set_apart, longest_limit, short_kinds
from webapp.work.worker_beat import WorkerSeen
from webapp.work.worker_threads import WorkerThreads


def test_trainings_are_on_a_queue_of_their_own() -> None:
    assert kinds_of("training") == ["train"] == kinds_set_apart()
    assert "train" not in kinds_of("")
    assert "train" not in short_kinds()
    assert "infer" in kinds_of("")


def test_the_limit_of_a_training_does_not_excuse_a_usual_worker_that_hangs() -> None:
    assert longest_limit("training") >= 3600 > 0
    assert longest_limit() < longest_limit("training")


def test_a_worker_for_trainings_takes_them_alone_one_at_a_time() -> None:
    threads = WorkerThreads()
    threads.take_only("training")
    (only,) = threads._threads
    assert (list(only.kinds() or []), only.sweeps, threads.queue) == (["train"], True, "training")


def test_a_host_without_the_extra_starts_no_worker_for_trainings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_host, "PACKAGES", ("no_such_package",))
    with pytest.raises(CommandError, match=r"no training extra: install sightline\[training\]"):
        call_command("worker", "--training")


def test_a_worker_for_trainings_is_seen_by_its_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, age, is_seen in (
        ("training", 1, True),
        ("training-7", 1, True),
        ("training", 60, False),
        ("worker-1", 1, False),
    ):
        monkeypatch.setattr(training_host, "workers_seen", lambda n=name, a=age: [WorkerSeen(n, 1, "host", 0, 1, a)])
        assert training_host.is_training_worker_seen() is is_seen
