"""The web application as its people run it: uvicorn in a process of its own, with a home of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from tests.conftest import REPOSITORY
from tests.migrated_home import PASSWORD, environment_of, lay_migrated_home

HALTED = 180.0  # seconds a server may need to answer for the first time; a busy machine has taken thirty


@dataclass
class RealSite:
    """A running server. client: signed in as radiologist by token."""

    home: Path
    port: int
    server: "subprocess.Popen[bytes]"
    client: httpx.Client

    def resident_bytes(self) -> int:
        """Of the web process alone; its decoding children have limits of their own."""
        return psutil.Process(self.server.pid).memory_info().rss

    def is_up(self) -> bool:
        return self.server.poll() is None and self.client.get("/healthz").status_code == 200

    def incoming_files(self) -> list[Path]:
        return [path for path in (self.home / "incoming").rglob("*") if path.is_file()]

    def left_files(self) -> list[Path]:
        """What uploads leave behind for good: a temporary file may outlive the answer by a moment."""
        deadline = time.monotonic() + 10
        while self.incoming_files() and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.incoming_files()

    def stored_files(self) -> list[Path]:
        folders = (self.home / name for name in ("store", "quarantine"))
        return [path for folder in folders for path in folder.rglob("*") if path.is_file()]

    def open_bytes(self) -> int:
        """Bytes on disk that only the server's open descriptors hold: spooled bodies have no name."""
        held = 0
        for entry in Path(f"/proc/{self.server.pid}/fd").iterdir():
            try:
                target = str(entry.readlink())
                if "(deleted)" in target and str(self.home) in target:
                    held += entry.stat().st_size
            except FileNotFoundError:
                continue
        return held


@contextmanager
def real_site(home: Path, **more: str) -> Iterator[RealSite]:
    """A server on a free port until the block ends. more: further environment."""
    lay_migrated_home(home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "webapp.asgi:application", "--port", str(port), "--log-level", "error"]
    command += ["--lifespan", "off"]
    server = subprocess.Popen(command, cwd=REPOSITORY, env=environment_of(home, **more), start_new_session=True)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=240) as client:
        try:
            client.headers["Authorization"] = f"Token {_token(client)}"
            yield RealSite(home, port, server, client)
        finally:
            if server.poll() is None:
                os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _token(client: httpx.Client) -> str:
    deadline = time.monotonic() + HALTED
    while True:
        try:
            answer = client.post("/api/token/", json={"username": "radiologist", "password": PASSWORD})
            return str(answer.json()["token"])
        except httpx.ConnectError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
