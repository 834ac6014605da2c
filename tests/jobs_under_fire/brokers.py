"""Brokers of one's own for a test: started on a free port, ended with the test."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.jobs_under_fire.site import wait

RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Redis:
    """A Redis that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self.binary = shutil.which("redis-server")
        if self.binary is None:
            pytest.skip("redis-server is missing; tools/redis.sh installs the Debian package")
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen([self.binary, *arguments], stdout=subprocess.DEVNULL)
        wait(lambda: is_open(self.port), "redis-server to answer")

    def empty(self) -> None:
        """Throws every message away."""
        with socket.create_connection(("127.0.0.1", self.port)) as line:
            line.sendall(b"FLUSHALL\r\n")
            assert line.recv(16).startswith(b"+OK")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def rabbitmq(folder: Path) -> Iterator[str]:
    """Address of a RabbitMQ with a node name, a cookie and a data folder of its own."""
    if not RABBITMQ.exists():
        pytest.skip(f"{RABBITMQ} is missing; Debian package rabbitmq-server")
    port, names = free_port(), free_port()
    environment = {
        **os.environ,
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"fire{port}@localhost",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_MNESIA_BASE": str(folder / "data"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "ERL_EPMD_PORT": str(names),
    }
    # Erlang would start its name server as a daemon that outlives the test; this one is ours to end.
    register = subprocess.Popen(["epmd", "-port", str(names), "-address", "127.0.0.1"], stdout=subprocess.DEVNULL)
    wait(lambda: is_open(names), "epmd to answer")
    with (folder / "rabbitmq.log").open("wb") as log:
        process = subprocess.Popen(
            [str(RABBITMQ)], env=environment, stdout=log, stderr=log, cwd=folder, start_new_session=True
        )
    try:
        wait(lambda: is_open(port), "RabbitMQ to answer")
        yield f"amqp://guest:guest@127.0.0.1:{port}//"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        register.kill()
        register.wait()


def is_open(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
