"""Uploads by several clients while web process, worker and decoding processes are killed with -9: is any file lost or double?

    python -m benchmarks.uploads_under_kills [--count 120] [--clients 8] [--seconds-between 2] [--seed 1]

Starts `manage.py serve` with an empty home. Each client sends its share of native 512 x 512 DX files, and sends a file again
until it is answered as taken or as already here. Meanwhile one process is killed after the other, of each kind in turn where one
runs: web, the server that forks decoding children, worker, a decoding child. A file whose child was killed may be refused
(`decoder_crash`) and is sent again. Then everything has to come to its end: each file is one image with the
bytes that were sent, and each image has one result. Writes benchmarks/results/uploads_under_kills.json; exit 1 where a file is
lost or double.
"""

import argparse
import hashlib
import itertools
import json
import os
import random
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.machine import describe_machine, write_result
from benchmarks.radiographs import phantom_dx
from benchmarks.upload_to_result import Server

SIDE = 512
PATIENCE_SECONDS = 600.0
PAUSE_SECONDS = 0.2
TAKEN = (200, 202)  # duplicate; accepted


class Killer:
    """Kills one process below `serve` after the other, until the block ends. killed: how many of each kind."""

    def __init__(self, pid: int, between: float, seed: int) -> None:
        self.server, self.between, self.numbers = psutil.Process(pid), between, random.Random(seed)
        self.killed: Counter[str] = Counter()
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Killer":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        self.thread.join()

    def _run(self) -> None:
        for kind in itertools.cycle(("web", "decoding server", "worker", "decoding child")):
            if self.is_over.wait(self.between):
                return
            victims = self._processes(kind)
            if victims:
                with suppress(psutil.NoSuchProcess):
                    self.numbers.choice(victims).kill()
                    self.killed[kind] += 1

    def _processes(self, kind: str) -> list[psutil.Process]:
        own = self.server.children()
        if kind in ("web", "worker"):
            word = "uvicorn" if kind == "web" else "worker"
            return [process for process in own if word in command_of(process)]
        servers = [child for process in own for child in _children(process)]
        return servers if kind == "decoding server" else [child for process in servers for child in _children(process)]


def command_of(process: psutil.Process) -> list[str]:
    """Its command line; empty where it is gone."""
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children()
    except psutil.Error:
        return []


def send_all(base: httpx.Client, files: Sequence[bytes], answers: Counter[str]) -> None:
    """Sends each file until it is taken; a cut connection or a busy server is asked again, as a program would."""
    with httpx.Client(base_url=base.base_url, headers=base.headers, timeout=60) as client:
        for content in files:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while (outcome := _outcome(client, content)) not in ("accepted", "duplicate"):
                answers[outcome] += 1
                if time.monotonic() > deadline:
                    raise SystemExit(f"a file was not taken within {PATIENCE_SECONDS:.0f} s: {outcome}")
                time.sleep(PAUSE_SECONDS)
            answers[outcome] += 1


def _outcome(client: httpx.Client, content: bytes) -> str:
    try:
        answer = client.post("/api/uploads/", files={"files": ("a.dcm", content, "application/dicom")})
    except httpx.HTTPError:
        return "cut"
    if answer.status_code not in TAKEN:
        return str(answer.status_code)
    [item] = answer.json()["items"]
    return str(item["status"])


def shares(files: list[bytes], clients: int) -> Iterator[list[bytes]]:
    """The files of each client."""
    yield from (files[place::clients] for place in range(clients))


def found(home: Path, sent: set[str]) -> dict[str, int]:
    """What the database and the store hold of what was sent, by the hash of the bytes."""
    with closing(sqlite3.connect(f"file:{home / 'sightline.sqlite3'}?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT id, received_sha256, stored_sha256, storage_key FROM archive_image").fetchall()
        results = Counter(
            image for (image,) in database.execute("SELECT image_id FROM predictions_prediction WHERE bundle_id <> ''")
        )
        states = Counter(
            state for (state,) in database.execute("SELECT state FROM predictions_job WHERE kind = 'infer'")
        )
        whole = database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    own = [row for row in rows if row[1] in sent]
    times = Counter(row[1] for row in own)
    damaged = [row for row in own if _sha256(home / "store" / row[3][:2] / row[3][2:4] / f"{row[3]}.dcm") != row[2]]
    return {
        "sent": len(sent),
        "lost": len(sent - set(times)),
        "double": sum(count > 1 for count in times.values()),
        "damaged": len(damaged),
        "without_a_result": sum(results[row[0]] == 0 for row in own),
        "with_two_results": sum(results[row[0]] > 1 for row in own),
        "jobs_not_succeeded": sum(count for state, count in states.items() if state != "succeeded"),
        "database_not_whole": int(not whole),
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def wait_for_the_end(client: httpx.Client) -> None:
    """Until no job waits or runs."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            ready = client.get("/readyz").json()
            if ready["queued"] == ready["running"] == ready["waiting"] == 0:
                return
        time.sleep(PAUSE_SECONDS)
    raise SystemExit(f"waited {PATIENCE_SECONDS:.0f} s for the jobs to end")


def run(count: int, clients: int, between: float, seed: int) -> dict[str, Any]:
    """The whole trial as one JSON-ready document."""
    files = [phantom_dx(number, SIDE, SIDE) for number in range(count)]
    sent = {hashlib.sha256(content).hexdigest() for content in files}
    answers: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="sightline-bench-") as folder:
        server = Server(Path(folder), 1, None)
        with server as client:
            began = time.perf_counter()
            threads = [
                threading.Thread(target=send_all, args=(client, share, answers)) for share in shares(files, clients)
            ]
            with Killer(server.pid, between, seed) as killer:
                [thread.start() for thread in threads]
                [thread.join() for thread in threads]
            seconds = time.perf_counter() - began
            wait_for_the_end(client)
            outcome = found(Path(folder), sent)
    return {
        "what": f"{count} uploads of {SIDE} x {SIDE} files by {clients} clients, a process killed every {between:g} s",
        "machine": describe_machine(),
        "load_average": round(os.getloadavg()[0], 1),
        "seconds": round(seconds, 1),
        "killed": dict(killer.killed),
        "answers": dict(answers),
        **outcome,
    }


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds-between", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    document = run(chosen.count, chosen.clients, chosen.seconds_between, chosen.seed)
    write_result("uploads_under_kills", document)
    print(json.dumps(document, indent=1))
    if any(document[name] for name in ("lost", "double", "damaged", "with_two_results", "database_not_whole")):
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
