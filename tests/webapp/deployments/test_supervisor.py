"""Children are started, restarted with growing delays, and stopped with what they forked. Real, tiny processes."""

import signal
import subprocess
import sys
import time

import psutil

from webapp.deployments.supervisor import Child, Supervisor

FOREVER = [sys.executable, "-c", "import time; time.sleep(60)"]
FORKS = [sys.executable, "-c", "import subprocess, time; subprocess.Popen(['sleep', '60']); time.sleep(60)"]


def test_it_restarts_a_child_that_died_after_a_delay_that_grows():
    child = Child("short", ["false"])
    child.look(now=0.0)
    child.process.wait()
    child.look(now=1.0)
    assert child.process is None
    assert child.start_after == 1.5
    child.look(now=1.4)
    assert child.process is None
    child.look(now=1.6)
    child.process.wait()
    child.look(now=2.0)
    assert child.start_after == 3.0  # 0.5 s doubled


def test_it_forgets_the_delay_after_a_steady_run():
    child = Child("steady", ["false"], backoff=16.0)
    child.look(now=0.0)
    child.process.wait()
    child.look(now=100.0)
    assert child.start_after == 100.5


def test_a_child_has_two_heaps_unless_the_operator_says_otherwise(monkeypatch, tmp_path):
    seen = tmp_path / "seen"
    command = ["sh", "-c", f'printf %s "$MALLOC_ARENA_MAX" > {seen}']
    for said, wanted in ((None, "2"), ("8", "8")):
        monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
        if said:
            monkeypatch.setenv("MALLOC_ARENA_MAX", said)
        child = Child("heaps", command)
        child.start(now=0.0)
        assert child.process.wait(10) == 0
        assert seen.read_text() == wanted


def test_it_stops_the_child_and_what_it_forked():
    child = Child("forking", FORKS)
    child.start(now=0.0)
    deadline = time.monotonic() + 10
    while not (forked := psutil.Process(child.process.pid).children()) and time.monotonic() < deadline:
        time.sleep(0.01)
    Supervisor([child]).stop()
    assert child.process.returncode == -signal.SIGTERM
    _, alive = psutil.wait_procs(forked, timeout=5)
    assert alive == []


def test_it_replaces_a_child_whose_sign_of_life_stands_still(tmp_path):
    beat = tmp_path / "worker.json"
    beat.write_text("left by an earlier process")
    child = Child("silent", FOREVER, beat, hung_seconds=10.0)
    child.look(now=0.0)
    first = child.process
    child.look(now=100.0)  # still starting: 120 s are allowed, and the old file does not count
    beat.write_text("alive")
    child.look(now=101.0)
    child.look(now=111.0)
    assert child.process is first
    child.look(now=111.5)
    assert first.returncode == -signal.SIGKILL
    assert child.process is None
    child.look(now=112.5)
    assert child.process.pid != first.pid
    Supervisor([child]).stop()


def test_it_replaces_a_child_that_never_gave_a_sign_of_life(tmp_path):
    child = Child("silent", FOREVER, tmp_path / "worker.json", hung_seconds=10.0)
    child.look(now=0.0)
    child.look(now=119.0)
    assert child.process is not None
    child.look(now=121.0)
    assert child.process is None


def test_it_stops_everything_on_a_signal():
    script = (
        "import sys; from webapp.deployments.supervisor import Child, Supervisor;"
        f"Supervisor([Child('one', {FOREVER!r})]).run(lambda: print('up', flush=True))"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"up\n"
    [child] = psutil.Process(process.pid).children()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert not child.is_running()
