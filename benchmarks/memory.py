"""Does the web process or the worker grow? Resident memory of both while 2,000 images go through.

    python -m benchmarks.memory [--count 2000] [--json]

`manage.py serve` with the tiny test bundle (the model is not what is measured); phantoms as 512 x 512 16-bit files are sent
ten per request, every tenth image's frame and predictions are read. After each hundred, when the queue is empty, the
resident memory of the web process and of the worker is taken, without their decoding servers, which are counted apart.
Slope: least squares over the second half of the samples, in KiB per image.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil

from benchmarks.machine import describe_machine, write_result
from benchmarks.radiographs import phantom_dx
from benchmarks.upload_to_result import PATIENCE_SECONDS, Server
from tests.inference.tiny_bundle import make_tiny_bundle

SIDE = 512
PER_REQUEST = 10
SAMPLE_EVERY = 100


def resident_mib(server: Server) -> dict[str, float]:
    """MiB of the web process, the worker and their decoding servers."""
    assert server.process is not None
    sums = {"web": 0.0, "worker": 0.0, "decoding": 0.0}
    for child in psutil.Process(server.process.pid).children():
        name = "web" if "uvicorn" in " ".join(child.cmdline()) else "worker"
        sums[name] += child.memory_info().rss / 2**20
        for decoder in child.children():
            sums["decoding"] += decoder.memory_info().rss / 2**20
    return sums


def send(client: httpx.Client, first_seed: int) -> None:
    """One request of ten files; reads back the last image as a reader does."""
    contents = [phantom_dx(first_seed + number, SIDE, SIDE) for number in range(PER_REQUEST)]
    files = [("files", (f"{number}.dcm", content, "application/dicom")) for number, content in enumerate(contents)]
    items = client.post("/api/uploads/", files=files).raise_for_status().json()["items"]
    image = items[-1]["image"]
    client.get(f"/api/images/{image}/frame/").raise_for_status()
    client.get(f"/api/images/{image}/predictions/").raise_for_status()


def wait_until_done(client: httpx.Client) -> None:
    """Until no job is queued or running."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        ready = client.get("/readyz").json()
        if ready["queued"] == ready["running"] == 0:
            return
        time.sleep(0.1)
    raise SystemExit(f"jobs are not done after {PATIENCE_SECONDS:.0f} s: {ready}")


def slope_kib(images: Sequence[int], mib: Sequence[float]) -> dict[str, float]:
    """KiB per image by least squares over the second half, with its standard error."""
    half = len(images) // 2
    x, y = np.asarray(images[half:], float), np.asarray(mib[half:], float) * 1024
    if len(x) < 3:
        return {"kib_per_image": float("nan"), "standard_error": float("nan")}
    (slope, _), covariance = np.polyfit(x, y, 1, cov=True)
    return {"kib_per_image": float(slope), "standard_error": float(np.sqrt(covariance[0, 0]))}


def run(count: int) -> dict[str, Any]:
    """The whole measurement as one JSON-ready document."""
    samples: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="sightline-bench-") as folder:
        bundle = Path(folder) / "tiny.bundle"
        make_tiny_bundle(bundle)
        server = Server(Path(folder), 1, bundle)
        with server as client:
            for sent in range(0, count, PER_REQUEST):
                send(client, sent)
                if (sent + PER_REQUEST) % SAMPLE_EVERY == 0:
                    wait_until_done(client)
                    samples.append({"images": sent + PER_REQUEST, **resident_mib(server)})
        trouble = [line for line in (Path(folder) / "serve.log").read_text().splitlines() if " INFO " not in line]
    images = [int(sample["images"]) for sample in samples]
    names = ("web", "worker", "decoding")
    slopes = {name: slope_kib(images, [sample[name] for sample in samples]) for name in names}
    print("\n".join(trouble), file=sys.stderr)
    return {
        "what": f"{count} uploads of {SIDE} x {SIDE} 16-bit files through serve, one worker, tiny bundle",
        "samples_mib": samples,
        "slopes": slopes,
        "log_above_info": len(trouble),
        "load_average": os.getloadavg()[0],
        "machine": describe_machine(),
    }


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--json", action="store_true", help="one JSON document to stdout")
    chosen = parser.parse_args(list(arguments))
    document = run(chosen.count)
    write_result("memory", document)
    if chosen.json:
        print(json.dumps(document))
        return
    print(document["what"])
    print(f"lines of the log above INFO: {document['log_above_info']} (a restart of a process would be among them)")
    first, last = document["samples_mib"][0], document["samples_mib"][-1]
    for name, slope in document["slopes"].items():
        print(
            f"{name:9} {first[name]:7.1f} -> {last[name]:7.1f} MiB; second half {slope['kib_per_image']:+.2f} KiB per image"
            f" (se {slope['standard_error']:.2f})"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
