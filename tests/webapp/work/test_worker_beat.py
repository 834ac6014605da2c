"""Signs of life: written, read back with their age, and no way out of their folder."""

import os
import time

import pytest

from webapp.work.worker_beat import Beat, WorkerSeen, beat_path, workers_seen, write_beat

WORKER = WorkerSeen("worker-1", 4711, "host", 1.0, 250)


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.WORKER_DIR = tmp_path / "workers"


def test_a_worker_is_seen_with_the_age_of_its_sign():
    write_beat(WORKER)
    os.utime(beat_path("worker-1"), (1000.0, 1000.0))
    [seen] = workers_seen(now=1007.0)
    assert (seen.name, seen.pid, seen.memory_mb, seen.age_seconds, seen.is_alive) == ("worker-1", 4711, 250, 7.0, True)
    [seen] = workers_seen(now=1016.0)
    assert not seen.is_alive
    assert workers_seen(now=1000.0 + 86400) == []


@pytest.mark.parametrize("name", ["", "../x", ".hidden", "a b", "a/b"])
def test_a_name_that_is_not_a_plain_word_is_refused(name):
    with pytest.raises(ValueError, match="is not made of letters"):
        beat_path(name)


def test_a_half_written_file_is_passed_over(settings):
    write_beat(WORKER)
    beat_path("worker-2").write_text("{")
    assert [seen.name for seen in workers_seen()] == ["worker-1"]


def test_a_disk_that_takes_no_bytes_still_shows_that_the_worker_lives(monkeypatch):
    write_beat(WORKER)
    os.utime(beat_path("worker-1"), (1000.0, 1000.0))

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    write_beat(WORKER)
    assert time.time() - beat_path("worker-1").stat().st_mtime < 60


def test_it_beats_only_while_the_work_moves_and_leaves_no_file_when_it_ends():
    is_moving = False
    beat = Beat(lambda: WORKER, lambda: is_moving)
    beat.end()
    beat.run()
    assert not beat_path("worker-1").exists()
