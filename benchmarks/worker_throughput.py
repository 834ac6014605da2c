"""How much of the bare model's speed does a worker keep, from queued job to committed result?

    python -m benchmarks.worker_throughput [--count 64] [--bundle FILE] [--json]

A real worker process (`manage.py worker`, micro-batches, two hands) works off queued jobs: hash, unpack the cached frame,
grayscale, resize, model, gate, boxes, map files with fsync, row with fsync. Its rate is taken from the rows' finish times
without the first and last tenth. Bare = `session.run` alone on random input, same threads, best of batch 1 and the worker's
batch, measured before and after the worker (the machine's drift shows in the two). Two sizes of radiographs: 2500 x 2048
and 1024 x 1024, both 16 bits, native. Two bundles: one that costs what DenseNet-121 costs (heavy_bundle.py), and the demo
bundle, whose small network runs in 3 ms: there preparing a radiograph, not the model, is the work.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.heavy_bundle import make_heavy_bundle
from benchmarks.machine import describe_machine, write_result
from benchmarks.upload_to_result import synthetic_dx
from inference.bundle import Bundle
from inference.session import open_session, provider_of, run_session

REPOSITORY = Path(__file__).resolve().parent.parent
SIZES = ((2500, 2048), (1024, 1024))
BATCH = 4
AIM = 0.90
BARE_SECONDS = 4.0
PATIENCE_SECONDS = 300.0


def bare_rate(session: Any, bundle: Bundle, batch: int) -> float:
    """Images per second of `session.run` alone over some seconds, after a warm-up."""
    spec = bundle.input_spec
    images = np.random.default_rng(0).random((batch, 1, spec.height, spec.width), np.float32)
    for _ in range(3):
        run_session(session, images)
    began, runs = time.perf_counter(), 0
    while time.perf_counter() - began < BARE_SECONDS:
        run_session(session, images)
        runs += 1
    return runs * batch / (time.perf_counter() - began)


def best_bare_rate(path: Path) -> dict[str, Any]:
    """The better of batch 1 and the worker's batch."""
    bundle = Bundle.load(path)
    session = open_session(bundle.onnx_bytes, None, None)
    rates = {batch: bare_rate(session, bundle, batch) for batch in (1, BATCH)}
    return {"per_second": max(rates.values()), "by_batch": rates, "provider": provider_of(session)}


def worker_rate(path: Path, count: int, rows: int, columns: int) -> float:
    """Images per second of one worker, end to end, in the middle eight tenths of its finishes."""
    with tempfile.TemporaryDirectory(prefix="sightline-bench-") as folder:
        home = Path(folder)
        environment = {**os.environ, "SIGHTLINE_HOME": str(home / "var"), "SIGHTLINE_LOG_LEVEL": "WARNING"}
        environment["SIGHTLINE_BATCH"] = str(BATCH)
        files = home / "files"
        files.mkdir()
        for seed in range(count):
            (files / f"{seed}.dcm").write_bytes(synthetic_dx(seed, rows, columns))
        for arguments in (["migrate", "-v0"], ["bundle", "add", str(path), "--activate"], ["ingest", str(files)]):
            command = [sys.executable, "manage.py", *arguments]
            subprocess.run(command, cwd=REPOSITORY, env=environment, check=True, stdout=subprocess.DEVNULL)
        worker = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=REPOSITORY, env=environment)
        try:
            ends = _finish_times(home / "var" / "sightline.sqlite3", count)
        finally:
            worker.terminate()
            worker.wait(60)
    cut = count // 10
    middle = ends[cut : count - cut]
    return (len(middle) - 1) / (middle[-1] - middle[0])


def _finish_times(database: Path, count: int) -> list[float]:
    """Seconds since 1970 of every commit, sorted, once all jobs are done."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with sqlite3.connect(database, timeout=20) as connection:
            rows = connection.execute("SELECT finished_at FROM predictions_job WHERE state = 'succeeded'").fetchall()
        if len(rows) == count:
            return sorted(datetime.fromisoformat(row[0]).timestamp() for row in rows)
        time.sleep(0.5)
    raise SystemExit(f"{len(rows)} of {count} jobs done after {PATIENCE_SECONDS:.0f} s")


def measure(path: Path, count: int) -> dict[str, Any]:
    """Worker and bare rate of one bundle for each size."""
    bundle = Bundle.load(path)
    sizes = []
    before = best_bare_rate(path)
    for rows, columns in SIZES:
        rate = worker_rate(path, count, rows, columns)
        after = best_bare_rate(path)
        bare = (before["per_second"] + after["per_second"]) / 2
        sizes.append(
            {
                "rows": rows,
                "columns": columns,
                "worker_per_second": rate,
                "bare_per_second_before": before["per_second"],
                "bare_per_second_after": after["per_second"],
                "worker_over_bare": rate / bare,
            }
        )
        before = after
    return {
        "bundle": f"{bundle.name} {bundle.version}",
        "input": [bundle.input_spec.height, bundle.input_spec.width],
        "provider": before["provider"],
        "bare_by_batch": {str(batch): rate for batch, rate in before["by_batch"].items()},
        "sizes": sizes,
        "load_average": os.getloadavg()[0],
    }


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=64)
    parser.add_argument("--bundle", type=Path, help="only this one")
    parser.add_argument("--json", action="store_true", help="one JSON document to stdout")
    chosen = parser.parse_args(list(arguments))
    with tempfile.TemporaryDirectory(prefix="sightline-bench-") as folder:
        heavy = Path(folder) / "heavy.bundle"
        make_heavy_bundle(heavy)
        paths = (
            [chosen.bundle] if chosen.bundle else [heavy, *sorted((REPOSITORY / "webapp" / "demo").glob("*.bundle"))]
        )
        document = {
            "what": f"{chosen.count} queued jobs per size and bundle, one worker, batch {BATCH}",
            "bundles": [measure(path, chosen.count) for path in paths],
            "aim": AIM,
            "machine": describe_machine(),
        }
    write_result("worker_throughput", document)
    print(json.dumps(document) if chosen.json else _text(document))


def _text(document: dict[str, Any]) -> str:
    lines = [document["what"]]
    for bundle in document["bundles"]:
        lines.append(f"{bundle['bundle']}, {bundle['provider']}, load {bundle['load_average']:.1f}")
        for size in bundle["sizes"]:
            lines.append(
                f"  {size['rows']} x {size['columns']}: worker {size['worker_per_second']:.2f}/s, bare"
                f" {size['bare_per_second_before']:.2f} and {size['bare_per_second_after']:.2f}/s,"
                f" ratio {size['worker_over_bare']:.3f} (aim {document['aim']:.2f})"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    main(sys.argv[1:])
