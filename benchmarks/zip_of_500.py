"""How long a zip of 500 radiographs takes from its sending to the end of its report, through a real server and worker.

    python -m benchmarks.zip_of_500 [--count 500] [--side 512] [--workers 1] [--bundle FILE] [--json]

Starts `manage.py serve` with an empty home, sends one zip of `count` native 16-bit DX files of side x side pixels (.5 MB, noise,
deflated at level 1) in folders like a CD's, and asks for its report twice a second until it is done. `seconds` runs from the
first byte sent; `answer` is the time to the 202, when the zip is durable. `core_seconds_per_file`: processor time of the server and
all its processes until then, which is what a busy machine leaves comparable; with one worker the models run afterwards.
Writes benchmarks/results/zip_of_500.json.
"""

import argparse
import io
import json
import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import psutil
import pydicom
from pydicom.uid import generate_uid

from benchmarks.machine import describe_machine, write_result
from benchmarks.radiographs import phantom_dx
from benchmarks.upload_to_result import Server

POLL_SECONDS = 0.5
PATIENCE_SECONDS = 900.0
DIFFERENT = 10  # pixels; every file has UIDs of its own


def disc(count: int, side: int) -> bytes:
    """A zip of `count` radiographs in folders of 50, and what a CD has beside them."""
    made = [pydicom.dcmread(io.BytesIO(phantom_dx(seed, side, side))) for seed in range(min(DIFFERENT, count))]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("CD/README.TXT", "How to open this disc")
        for place in range(count):
            data = made[place % len(made)]
            data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
            file = io.BytesIO()
            data.save_as(file, enforce_file_format=True)
            archive.writestr(f"CD/DIR{place // 50:03d}/IM{place % 50:03d}", file.getvalue())
    return buffer.getvalue()


def measure(client: httpx.Client, content: bytes, pid: int) -> dict[str, Any]:
    """Sends `content` and follows the report. Raises SystemExit when a file was not accepted."""
    before, began = _core_seconds(pid), time.perf_counter()
    answer = client.post(
        "/api/uploads/", files={"files": ("disc.zip", content, "application/zip")}, timeout=PATIENCE_SECONDS
    )
    answered = time.perf_counter()
    answer.raise_for_status()
    report, steps = answer.json(), 0
    while report["state"] != "done":
        if time.perf_counter() - began > PATIENCE_SECONDS:
            raise SystemExit(f"waited {PATIENCE_SECONDS:.0f} s for the zip")
        time.sleep(POLL_SECONDS)
        pending = report["counts"]["pending"]
        report = client.get(f"/api/uploads/{report['id']}/").json()
        steps += report["counts"]["pending"] < pending
    ended, counts = time.perf_counter(), report["counts"]
    if counts["accepted"] + counts["ignored"] != counts["total"]:
        raise SystemExit(f"not all files were accepted: {counts}")
    seconds = ended - began
    return {
        "accepted": counts["accepted"],
        "ignored": counts["ignored"],
        "answer_seconds": round(answered - began, 2),
        "seconds": round(seconds, 2),
        "files_per_second": round(counts["accepted"] / seconds, 1),
        "core_seconds_per_file": round((_core_seconds(pid) - before) / counts["accepted"], 4),
        "steps_of_progress_seen": steps,
    }


def _core_seconds(pid: int) -> float:
    """Of a process and all below it, those that have ended too."""
    server = psutil.Process(pid)
    return sum(sum(process.cpu_times()[:4]) for process in [server, *server.children(recursive=True)])


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--bundle", type=Path, help="instead of the committed demo bundle")
    parser.add_argument("--json", action="store_true", help="one JSON document to stdout")
    chosen = parser.parse_args(arguments)
    content = disc(chosen.count, chosen.side)
    with tempfile.TemporaryDirectory(prefix="sightline-bench-") as folder:
        server = Server(Path(folder), chosen.workers, chosen.bundle)
        with server as client:
            load = round(os.getloadavg()[0], 1)
            figures = measure(client, content, server.pid)
    document = {
        "what": f"one zip of {chosen.count} native {chosen.side} x {chosen.side} 16-bit DX over HTTP on one machine",
        "machine": describe_machine(),
        "load_average_before": load,
        "workers": chosen.workers,
        "threads": os.environ.get("SIGHTLINE_WORKER_THREADS") or "chosen by ONNX Runtime",
        "zip_bytes": len(content),
        **figures,
    }
    write_result("zip_of_500", document)
    print(json.dumps(document, indent=None if chosen.json else 1))


if __name__ == "__main__":
    main(sys.argv[1:])
