"""`manage.py serve` for real: it answers, keeps its worker alive, and leaves nothing behind."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.migrated_home import lay_migrated_home

pytestmark = [pytest.mark.alone, pytest.mark.timeout(240)]

REPOSITORY = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 150  # the first start collects and compresses the static files


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def environment(tmp_path, request) -> dict[str, str]:
    """Parametrised: the seconds for which an idle connection is kept."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "CELERY_BROKER_URL")}
    return {
        **kept,
        "SIGHTLINE_HOME": str(tmp_path / "var"),
        "SIGHTLINE_DEMO": "0",
        "PYTHONUNBUFFERED": "1",
        "SIGHTLINE_HUNG_SECONDS": "10",
        **({"SIGHTLINE_KEEP_ALIVE_SECONDS": request.param} if hasattr(request, "param") else {}),
    }


@pytest.fixture
def served(port, environment, tmp_path) -> Iterator[psutil.Process]:
    """On a migrated home: from nothing it starts for the browser tests."""
    lay_migrated_home(tmp_path / "var")
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    with (tmp_path / "serve.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=log, stderr=log)
    try:
        wait(lambda: is_healthy(port), "the server to answer")
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def wait(found: Callable[[], object], for_what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not found():
        assert time.monotonic() < deadline, f"waited {PATIENCE_SECONDS} s for {for_what}"
        time.sleep(0.05)


def is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def worker_of(served: psutil.Process) -> psutil.Process | None:
    """The running worker; None while it is a zombie or not started yet."""
    for child in served.children():
        try:
            if "worker" in child.cmdline():
                return child
        except psutil.ZombieProcess:
            continue
    return None


def test_it_keeps_web_and_worker_running_and_stops_both(served, port):
    wait(lambda: worker_of(served), "the worker")
    first = worker_of(served)
    os.killpg(first.pid, signal.SIGKILL)
    wait(lambda: (again := worker_of(served)) and again.pid != first.pid, "another worker")
    assert is_healthy(port)
    everything = served.children(recursive=True)
    served.terminate()
    _, alive = psutil.wait_procs([served, *everything], timeout=60)
    assert alive == []


def test_it_replaces_a_worker_that_hangs(served, port, tmp_path):
    beat = tmp_path / "var" / "workers" / "worker-1.json"
    wait(beat.exists, "the worker's sign of life")
    first = worker_of(served)
    os.killpg(first.pid, signal.SIGSTOP)  # alive for the process table, and doing nothing
    wait(lambda: (again := worker_of(served)) and again.pid != first.pid, "another worker")
    wait(lambda: f'"pid": {worker_of(served).pid}' in beat.read_text(), "the new worker's sign of life")


def status_on(line: http.client.HTTPConnection) -> int:
    line.request("GET", "/healthz")
    answer = line.getresponse()
    answer.read()
    return answer.status


def test_an_idle_connection_is_kept(served, port):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    assert status_on(line) == 200
    line.auto_open = False  # a second connection would hide that the first was closed
    time.sleep(7)  # uvicorn by itself closes after 5 s
    assert status_on(line) == 200
    web = next(child for child in served.children() if "uvicorn" in child.cmdline())
    assert web.cmdline()[web.cmdline().index("--timeout-keep-alive") + 1] == "75"


@pytest.mark.parametrize("environment", ["4"], indirect=True)
def test_an_idle_connection_is_closed_after_the_time_of_the_settings(served, port):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    assert status_on(line) == 200
    time.sleep(1)
    assert status_on(line) == 200
    began = time.monotonic()
    assert line.sock.recv(1) == b""
    assert 1 < time.monotonic() - began < 60  # 75 s without the setting


def test_it_names_a_port_that_is_taken(environment):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "manage.py", "serve", "--port", str(port)]
        answer = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True)
    assert answer.returncode == 1
    assert f"port {port} on 127.0.0.1 cannot be used (Address already in use)" in answer.stderr


def test_it_refuses_more_workers_than_the_database_bears(environment):
    command = [sys.executable, "manage.py", "serve", "--workers", "9"]
    answer = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True)
    assert "--workers 9 is not between 1 and 4 (for sqlite)" in answer.stderr
