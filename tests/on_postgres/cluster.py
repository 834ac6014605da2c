"""A PostgreSQL of one's own for a test: a fresh cluster on a free port, ended with the test."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.jobs_under_fire.brokers import free_port, is_open
from tests.jobs_under_fire.site import wait

DEBIAN = Path("/usr/lib/postgresql")
# The tests hold what is promised of a commit against kill -9, which needs no fsync; loss of power is not tried here.
OPTIONS = ("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off")


def program(name: str) -> str:
    """Path of one of PostgreSQL's programs, or a skip that says what is missing."""
    found = shutil.which(name) or next((str(path) for path in sorted(DEBIAN.glob(f"*/bin/{name}"), reverse=True)), None)
    if found is None:
        pytest.skip(f"{name} is missing; tools/postgres.sh installs the Debian package")
    return found


def unprivileged() -> dict[str, Any]:
    """Arguments of subprocess: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    name = next((name for name in ("postgres", "nobody") if name in {row.pw_name for row in pwd.getpwall()}), None)
    if name is None:
        pytest.skip("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
    return {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": []}


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Address of a running, empty database. `folder` must be reachable by another user."""
    pytest.importorskip("psycopg", reason="psycopg is missing: pip install the extra `postgres`")
    identity, data, port = unprivileged(), folder / "data", free_port()
    data.mkdir(mode=0o700)
    if identity:
        os.chown(data, pwd.getpwnam(identity["user"]).pw_uid, identity["group"])
    make = [program("initdb"), "-D", str(data), "-A", "trust", "-U", "sightline", "-E", "UTF8", "--no-sync"]
    made = subprocess.run(make, capture_output=True, text=True, check=False, cwd="/", **identity)
    assert made.returncode == 0, made.stderr
    command = [program("postgres"), "-D", str(data), "-p", str(port), *OPTIONS]
    with (folder / "postgres.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **identity)
    try:
        wait(lambda: is_open(port), "PostgreSQL to answer")
        yield f"postgres://sightline@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(60)
