"""How much of the bare model's speed does a worker keep, from queued job to committed result?

    python -m benchmarks.worker_throughput [--count 160] [--bundle FILE] [--json]

A real worker process (`manage.py worker`, micro-batches, two threads) works off queued jobs: hash of the stored file, model
input, model, gate, boxes, map files with fsync, row with fsync. Its rate is taken from the rows' finish times without the
first and last tenth. Bare = `session.run` alone on random input, same threads, best of batch 1 and the worker's batch,
measured before and after the worker (the machine's drift shows in the two). Two sizes of radiographs, 16 bits, native.
`kept`: the model's input was made by the child that decoded the image when it came in, as is usual. `made`: nothing is
kept, so the worker's children decode, gray and resize (the first run after another model came into service).
Two bundles: one that costs what DenseNet-121 costs (heavy_bundle.py), and the demo bundle, whose small network runs in 3 ms.

The aim is a ratio of 0.90 to bare. Where model and preparation share the same cores it may be out of reach whatever the
code does, so a bound stands beside it: cores / (CPU seconds of the model + CPU seconds of what must be done to each image:
SHA-256 of the stored file, and for `made` one child from fork to model input), both measured here alone. On a GPU the
model takes no cores: the bound is then the smaller of bare and cores / preparation. Rates, and the bound, mean something on a quiet
machine only; `model_share_of_cpu`, the model's CPU seconds over all that the worker spends on an image, hardly feels others.
"""

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks.heavy_bundle import make_heavy_bundle
from benchmarks.machine import describe_machine, write_result
from benchmarks.radiographs import phantom_dx
from inference.bundle import Bundle
from inference.dicom.child_pool import ChildPool
from inference.file_sha256 import file_sha256
from inference.session import CPU, open_session, provider_of, run_session

REPOSITORY = Path(__file__).resolve().parent.parent
SIZES = ((2500, 2048), (1024, 1024))
BATCH = 4
AIM = 0.90
BARE_SECONDS = 4.0
PATIENCE_SECONDS = 300.0
COST_REPEATS = 12
QUEUE_AGAIN = """
UPDATE predictions_job SET state = 'queued', attempts = 0, finished_at = NULL, started_at = NULL, lease_token = NULL,
lease_until = NULL
"""


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
    """The better of batch 1 and the worker's batch, and the CPU seconds that an image costs there."""
    bundle = Bundle.load(path)
    session = open_session(bundle.onnx_bytes, None, None)
    rates, costs = {}, {}
    for batch in (1, BATCH):
        began, spent = time.perf_counter(), time.process_time()
        rates[batch] = bare_rate(session, bundle, batch)
        costs[batch] = (time.process_time() - spent) / (rates[batch] * (time.perf_counter() - began))
    best = max(rates, key=lambda batch: rates[batch])
    provider = provider_of(session)
    return {"per_second": rates[best], "by_batch": rates, "cpu_seconds": costs[best], "provider": provider}


def preparation_cost(path: Path, rows: int, columns: int) -> dict[str, float]:
    """CPU seconds per image that no arrangement saves: the hash of the stored file, and one child up to the model input."""
    spec = Bundle.load(path, run_selfcheck=False).input_spec
    with tempfile.TemporaryDirectory(prefix="sightline-bench-") as folder, ChildPool(children=1) as pool:
        file = Path(folder) / "one.dcm"
        file.write_bytes(phantom_dx(0, rows, columns))
        header = pool.preparse(file)
        hashing = _cpu_seconds(lambda: file_sha256(file), lambda: time.process_time())
        pool.prepare(file, header, [spec])
        server = psutil.Process(pool.server_pid)
        child = _cpu_seconds(lambda: pool.prepare(file, header, [spec]), lambda: time.process_time() + _spent(server))
    return {"hash": hashing, "child": child}


def _cpu_seconds(call: Callable[[], object], clock: Callable[[], float]) -> float:
    began = clock()
    for _ in range(COST_REPEATS):
        call()
    return (clock() - began) / COST_REPEATS


def _spent(process: psutil.Process) -> float:
    """CPU seconds of a process and of its ended children."""
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


def worker_rates(path: Path, count: int, rows: int, columns: int) -> dict[str, dict[str, float]]:
    """Rate and CPU seconds per image of one worker, end to end: with kept inputs, then with none."""
    with tempfile.TemporaryDirectory(prefix="sightline-bench-") as folder:
        home = Path(folder)
        environment = {**os.environ, "SIGHTLINE_HOME": str(home / "var"), "SIGHTLINE_LOG_LEVEL": "WARNING"}
        environment["SIGHTLINE_BATCH"] = str(BATCH)
        files = home / "files"
        files.mkdir()
        for seed in range(count):
            (files / f"{seed}.dcm").write_bytes(phantom_dx(seed, rows, columns))
        for arguments in (["migrate", "-v0"], ["bundle", "add", str(path), "--activate"], ["ingest", str(files)]):
            command = [sys.executable, "manage.py", *arguments]
            subprocess.run(command, cwd=REPOSITORY, env=environment, check=True, stdout=subprocess.DEVNULL)
        database = home / "var" / "sightline.sqlite3"
        kept = _one_worker(environment, database, count)
        shutil.rmtree(home / "var" / "frames")
        with sqlite3.connect(database) as connection:
            connection.execute(QUEUE_AGAIN)
        return {"kept": kept, "made": _one_worker(environment, database, count)}


def _one_worker(environment: dict[str, str], database: Path, count: int) -> dict[str, float]:
    worker = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=REPOSITORY, env=environment)
    try:
        process = psutil.Process(worker.pid)
        cut = count // 10
        began = _wait_for(database, cut + 1)
        spent_before = _tree_spent(process)
        ended = _wait_for(database, count)
        spent = (_tree_spent(process) - spent_before) / max(1, len(ended) - len(began))
    finally:
        worker.terminate()
        worker.wait(60)
    middle = ended[cut : count - cut]
    return {"per_second": (len(middle) - 1) / (middle[-1] - middle[0]), "cpu_seconds": spent}


def _tree_spent(process: psutil.Process) -> float:
    return _spent(process) + sum(_spent(child) for child in process.children())


def _wait_for(database: Path, count: int) -> list[float]:
    """Seconds since 1970 of every commit, sorted, once so many jobs are done."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with sqlite3.connect(database, timeout=20) as connection:
            rows = connection.execute("SELECT finished_at FROM predictions_job WHERE state = 'succeeded'").fetchall()
        if len(rows) >= count:
            return sorted(datetime.fromisoformat(row[0]).timestamp() for row in rows)
        time.sleep(0.1)
    raise SystemExit(f"{len(rows)} of {count} jobs done after {PATIENCE_SECONDS:.0f} s")


def measure(path: Path, count: int) -> dict[str, Any]:
    """Worker, bare rate and bound of one bundle for each size."""
    bundle = Bundle.load(path)
    sizes = []
    before = best_bare_rate(path)
    for rows, columns in SIZES:
        costs = preparation_cost(path, rows, columns)
        rates = worker_rates(path, count, rows, columns)
        after = best_bare_rate(path)
        bare = (before["per_second"] + after["per_second"]) / 2
        model_cpu = (before["cpu_seconds"] + after["cpu_seconds"]) / 2
        runs = {
            name: run
            | {"worker_over_bare": run["per_second"] / bare, "model_share_of_cpu": model_cpu / run["cpu_seconds"]}
            | _bound(
                run["per_second"], bare, model_cpu, costs["hash"] + (costs["child"] if name == "made" else 0.0), after
            )
            for name, run in rates.items()
        }
        sizes.append(
            {
                "rows": rows,
                "columns": columns,
                "bare_per_second_before": before["per_second"],
                "bare_per_second_after": after["per_second"],
                "cpu_seconds": {"model": model_cpu, **costs},
                **runs,
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


def _bound(
    rate: float, bare: float, model_cpu: float, preparation: float, bare_run: dict[str, Any]
) -> dict[str, float]:
    """Images per second that the cores allow at most, never above bare, and the worker's share of it."""
    cores = os.cpu_count() or 1
    on_cores = model_cpu if bare_run["provider"] == CPU else 0.0
    bound = min(bare, cores / (on_cores + preparation))
    return {"bound_per_second": bound, "bound_over_bare": bound / bare, "worker_over_bound": rate / bound}


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=160)
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
    if not chosen.bundle:
        write_result("worker_throughput", document)
    print(json.dumps(document) if chosen.json else _text(document))


def _text(document: dict[str, Any]) -> str:
    lines = [document["what"]]
    for bundle in document["bundles"]:
        lines.append(f"{bundle['bundle']}, {bundle['provider']}, load {bundle['load_average']:.1f}")
        for size in bundle["sizes"]:
            costs = ", ".join(f"{name} {1000 * seconds:.1f}" for name, seconds in size["cpu_seconds"].items())
            lines.append(
                f"  {size['rows']} x {size['columns']}: bare {size['bare_per_second_before']:.1f} and"
                f" {size['bare_per_second_after']:.1f}/s; CPU ms per image: {costs}"
            )
            for name in ("kept", "made"):
                run = size[name]
                lines.append(
                    f"    inputs {name}: worker {run['per_second']:.1f}/s, CPU {1000 * run['cpu_seconds']:.1f} ms,"
                    f" {run['model_share_of_cpu']:.2f} of it the model;"
                    f" over bare {run['worker_over_bare']:.3f} (aim {document['aim']:.2f}), bound over bare"
                    f" {run['bound_over_bare']:.3f}, worker over bound {run['worker_over_bound']:.3f}"
                )
    return "\n".join(lines)


if __name__ == "__main__":
    main(sys.argv[1:])
