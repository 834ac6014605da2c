"""Time from sending a radiograph to having its findings, through a real server, worker and broker.

    python -m benchmarks.upload_to_result [--count 20] [--workers 1] [--bundle FILE] [--json]

Starts `manage.py serve` with an empty home, sends phantoms as 2500 x 2048 DX files of 16 bits (10.24 MB, native) one after
the other over HTTP, and polls the predictions every 20 ms, so each time is up to 20 ms too long. Two times per image:
`answer` = the upload is answered (stored, fsynced, decode-checked); `result` = its prediction is visible to a reader.
Writes benchmarks/results/upload_to_result.json.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from benchmarks.machine import describe_machine, write_result
from benchmarks.radiographs import COLUMNS, ROWS, phantom_dx

REPOSITORY = Path(__file__).resolve().parent.parent
PASSWORD = "benchmark-only-password"
POLL_SECONDS = 0.02
PATIENCE_SECONDS = 120.0


class Server:
    """`manage.py serve` in a home of its own; stopped with its children at the end of the block."""

    def __init__(self, home: Path, workers: int, bundle: Path | None) -> None:
        self.home, self.workers, self.bundle = home, workers, bundle
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.environment = {
            **os.environ,
            "SIGHTLINE_HOME": str(home),
            "SIGHTLINE_DEMO_PASSWORD": PASSWORD,
            "SIGHTLINE_LOG_LEVEL": "WARNING",
            "SIGHTLINE_SENTINEL_SHARE": "0",  # results of drawn images wait for a reader
        }
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> httpx.Client:
        if self.bundle:
            self._manage("migrate", "--verbosity=0")
            self._manage("bundle", "add", str(self.bundle), "--activate")
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port), "--workers", str(self.workers)]
        log = (self.home / "serve.log").open("wb")
        self.process = subprocess.Popen(command, cwd=REPOSITORY, env=self.environment, stdout=log, stderr=log)
        client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=60.0)
        _wait(lambda: _is_up(client), "the server to answer")
        answer = client.post("/api/token/", json={"username": "radiologist", "password": PASSWORD})
        answer.raise_for_status()
        client.headers["Authorization"] = f"Token {answer.json()['token']}"
        _wait(lambda: _queue_is_empty(client), "the demo images to be finished")
        return client

    @property
    def pid(self) -> int:
        """Of the process that holds all others. Within the block only."""
        if self.process is None:
            raise RuntimeError("the server is not started")
        return self.process.pid

    def __exit__(self, *details: object) -> None:
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)

    def _manage(self, *arguments: str) -> None:
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=REPOSITORY, env=self.environment, check=True)


def _is_up(client: httpx.Client) -> bool:
    try:
        return client.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def _queue_is_empty(client: httpx.Client) -> bool:
    ready = client.get("/readyz").json()
    if ready["bundle"] != "in service":
        raise SystemExit("no model is in service: webapp/demo holds no bundle; name one with --bundle FILE")
    return bool(ready["queued"] == 0)


def _wait(is_done: Any, for_what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_done():
        if time.monotonic() > deadline:
            raise SystemExit(f"waited {PATIENCE_SECONDS:.0f} s for {for_what}")
        time.sleep(POLL_SECONDS)


def measure(client: httpx.Client, content: bytes) -> dict[str, Any]:
    """Seconds to the answer and to the result of one upload."""
    began = time.perf_counter()
    answer = client.post("/api/uploads/", files={"files": ("bench.dcm", content, "application/dicom")})
    answered = time.perf_counter()
    answer.raise_for_status()
    [item] = answer.json()["items"]
    if not item["image"]:
        raise SystemExit(f"the upload was not accepted: {item['reason']}")
    while True:
        newest = client.get(f"/api/images/{item['image']}/predictions/").json()["results"][0]
        if newest["state"] not in ("queued", "running"):
            break
        time.sleep(POLL_SECONDS)
    if newest["state"] != "succeeded":
        raise SystemExit(f"the prediction {newest['state']}: {newest['error']}")
    ended = time.perf_counter()
    return {
        "answer": answered - began,
        "result": ended - began,
        "bundle": newest["bundle_name"],
        "provider": newest["provider"],
    }


def summary(seconds: list[float]) -> dict[str, float]:
    """Median, 95th percentile and largest value, in seconds."""
    p50, p95 = np.percentile(seconds, [50, 95])
    return {"p50": round(float(p50), 3), "p95": round(float(p95), 3), "max": round(max(seconds), 3)}


def run(count: int, workers: int, bundle: Path | None) -> dict[str, Any]:
    """The whole measurement as one JSON-ready document. The first upload warms the model up and is reported apart."""
    with (
        tempfile.TemporaryDirectory(prefix="sightline-bench-") as folder,
        Server(Path(folder), workers, bundle) as client,
    ):
        first = measure(client, phantom_dx(0))
        timed = [measure(client, phantom_dx(seed)) for seed in range(1, count + 1)]
    return {
        "what": f"{count} uploads, one after the other, of a native {ROWS} x {COLUMNS} 16-bit DX over HTTP on one machine",
        "machine": describe_machine(),
        "load_average": round(os.getloadavg()[0], 1),
        "workers": workers,
        "threads": os.environ.get("SIGHTLINE_WORKER_THREADS") or "chosen by ONNX Runtime",
        "model": f"{first['bundle']} on {first['provider']}",
        "first_seconds": {"answer": round(first["answer"], 3), "result": round(first["result"], 3)},
        "answer_seconds": summary([timing["answer"] for timing in timed]),
        "result_seconds": summary([timing["result"] for timing in timed]),
    }


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--bundle", type=Path, help="instead of the committed demo bundle")
    parser.add_argument("--json", action="store_true", help="one JSON document to stdout")
    chosen = parser.parse_args(arguments)
    document = run(chosen.count, chosen.workers, chosen.bundle)
    write_result("upload_to_result", document)
    if chosen.json:
        print(json.dumps(document))
        return
    print(document["what"])
    for name in ("load_average", "workers", "threads", "model"):
        print(f"{name:15} {document[name]}")
    for name in ("first_seconds", "answer_seconds", "result_seconds"):
        print(f"{name:15}", "  ".join(f"{key} {value:.3f}" for key, value in document[name].items()))


if __name__ == "__main__":
    main(sys.argv[1:])
