"""From a file to gray: decoding in a child per transfer syntax, what the child itself costs, and the grayscale chain.

    python -m benchmarks.decoding [--repeats 7] [--json]

2500 x 2048 pixels, 16 bits (10.24 MB native) unless a row says otherwise. `whole` is what the caller waits for: fork,
sandbox, parse, decode, hash, 10 MB back through shared memory. `inside` is the same parse and decode in this process.
Both are timed alternately, so that a busy machine is busy for both. Medians; the load average stands beside them.
Writes benchmarks/results/decoding.json.
"""

import argparse
import hashlib
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.coded_files import CodedFile, coded_files, synthetic_radiograph, write_dicom
from benchmarks.machine import describe_machine, write_result
from inference.dicom import Accept, ChildPool, display_frame, model_grayscale, preparse
from inference.dicom.decode import decode_values
from inference.dicom.limits import DEFAULT_LIMITS
from inference.dicom.prepare import prepare_dicom
from inference.dicom.preparse import parsed_file
from inference.dicom.stored_pixels import stored_pixels
from inference.intensity import PERCENTILE_RULE
from inference.preprocessing import InputSpec

AIMS = {"child_overhead_ms": 20.0, "grayscale_model_ms": 40.0, "grayscale_display_ms": 40.0, "preparse_ms": 100.0}


def median_ms(repeats: int, *calls: Callable[[], object]) -> list[float]:
    """Median milliseconds of each call, the calls taking turns; one turn before them is not counted."""
    seconds: list[list[float]] = [[] for _ in calls]
    for repeat in range(repeats + 1):
        for times, call in zip(seconds, calls, strict=True):
            started = time.perf_counter()
            call()
            if repeat:
                times.append(time.perf_counter() - started)
    return [round(1000 * statistics.median(times), 1) for times in seconds]


def decode_here(path: Path) -> object:
    """What a child does with the file, in this process: only for files that were made here or are known."""
    with path.open("rb") as file, parsed_file(file, Accept.any_class(), DEFAULT_LIMITS) as parsed:
        return stored_pixels(*decode_values(parsed))


def measure_syntax(pool: ChildPool, file: CodedFile, repeats: int) -> dict[str, Any]:
    row: dict[str, Any] = {"uid": file.uid, "name": file.name, "note": file.note}
    if file.path is None:
        return row
    path, header = file.path, preparse(file.path, Accept.any_class())
    whole, inside = median_ms(repeats, lambda: pool.decode(path, header), lambda: decode_here(path))
    return row | {"bytes": path.stat().st_size, "whole_ms": whole, "inside_ms": inside}


def measure_child(pool: ChildPool, folder: Path, repeats: int) -> dict[str, float]:
    """A child with next to nothing to do, and the pre-parse of 10 MB."""
    tiny, native = folder / "tiny.dcm", folder / "1.2.840.10008.1.2.1.dcm"
    write_dicom(tiny, synthetic_radiograph()[:8, :8], 16, "1.2.840.10008.1.2.1")
    content = native.read_bytes()
    whole, inside = median_ms(4 * repeats, lambda: pool.preparse(tiny), lambda: preparse(tiny))
    parse_whole, parse_inside, sha256 = median_ms(
        repeats, lambda: pool.preparse(native), lambda: preparse(native), lambda: hashlib.sha256(content).digest()
    )
    return {
        "child_overhead_ms": round(whole - inside, 1),
        "preparse_ms": parse_whole,
        "preparse_inside_ms": parse_inside,
        "sha256_ms": sha256,
    }


def measure_grayscale(pool: ChildPool, folder: Path, repeats: int) -> dict[str, float]:
    path = folder / "1.2.840.10008.1.2.1.dcm"
    header = preparse(path)
    pixels = pool.decode(path, header)
    spec = InputSpec(512, 512, PERCENTILE_RULE)
    model, voi, prepared, in_child, display = median_ms(
        repeats,
        lambda: model_grayscale(header, pixels, PERCENTILE_RULE),
        lambda: model_grayscale(header, pixels, "file-voi"),
        lambda: prepare_dicom(header, pixels, spec),
        lambda: pool.prepare(path, header, [spec]),
        lambda: display_frame(header, pixels),
    )
    return {
        "grayscale_model_ms": model,
        "grayscale_file_voi_ms": voi,
        "model_input_512_ms": prepared,  # with the resize and the hash of the tensor
        "file_to_input_512_in_a_child_ms": in_child,  # fork, decode, gray, resize; 1 MB comes back in place of 10
        "grayscale_display_ms": display,  # with presets and the hash of the samples
    }


def measure(repeats: int) -> dict[str, Any]:
    load = os.getloadavg()
    with tempfile.TemporaryDirectory(prefix="sightline-bench-") as name, ChildPool() as pool:
        folder = Path(name)
        pool.start()
        syntaxes = [measure_syntax(pool, file, repeats) for file in coded_files(folder)]
        single = measure_child(pool, folder, repeats) | measure_grayscale(pool, folder, 2 * repeats)
    loads = {"load_before": list(load), "load_after": list(os.getloadavg())}
    return {"machine": describe_machine() | loads, "repeats": repeats, "syntaxes": syntaxes, **single, "aims": AIMS}


def print_result(result: dict[str, Any]) -> None:
    print(f"load average {result['machine']['load_before'][0]:.2f} to {result['machine']['load_after'][0]:.2f}")
    print(f"{'transfer syntax':42s} {'whole':>8s} {'inside':>8s} {'MB':>6s}")
    for row in result["syntaxes"]:
        if "whole_ms" not in row:
            print(f"{row['name']:42s} {row['note']}")
            continue
        size = row["bytes"] / 1e6
        print(f"{row['name']:42s} {row['whole_ms']:8.1f} {row['inside_ms']:8.1f} {size:6.1f}  {row['note']}")
    for key, value in result.items():
        if key.endswith("_ms"):
            aim = f"   aim <= {AIMS[key]:g}" if key in AIMS else ""
            print(f"{key:24s} {value:8.1f} ms{aim}")


def main(argv: Sequence[str] | None = ()) -> None:
    """Without arguments: the whole measurement, printed and kept under benchmarks/results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    result = measure(arguments.repeats)
    write_result("decoding", result)
    if arguments.json:
        print(json.dumps(result, indent=1))
    else:
        print(json.dumps(result["machine"]))
        print_result(result)


if __name__ == "__main__":
    main(None)
