"""What do the maps cost? Time of the explained graph over the bare classifier cut from the same ONNX file.

Paired: each round runs all sessions once on the same image, in rotating order, and gives one ratio per pair; the figure is
the median ratio with a 95 % bootstrap interval over rounds. An A/A control (two sessions of the same bare file) shows what
noise alone makes of 1.00. Aim: at most 1.05. explanation_graph.md, figures to meet or beat.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime

from benchmarks.machine import describe_machine, write_result
from inference.bundle import Bundle
from inference.session import open_session, provider_of, run_session

DEMO = Path(__file__).resolve().parent.parent / "webapp" / "demo"
ROUNDS = 500
WARM_UP = 20
RESAMPLES = 2000
AIM = 1.05


def bare_classifier(onnx_bytes: bytes) -> bytes:
    """The same file cut down to what `probabilities` needs."""
    model = onnx.load_model_from_string(onnx_bytes)
    return bytes(onnx.utils.Extractor(model).extract_model(["image"], ["probabilities"]).SerializeToString())


def measure(
    sessions: Mapping[str, onnxruntime.InferenceSession], image: np.ndarray, rounds: int
) -> dict[str, np.ndarray]:
    """Seconds per round of each session; float64 [rounds] each. The order rotates by one each round."""
    names = list(sessions)
    seconds = {name: np.empty(rounds) for name in names}
    for number in range(-WARM_UP, rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            start = time.perf_counter()
            run_session(sessions[name], image)
            if number >= 0:
                seconds[name][number] = time.perf_counter() - start
    return seconds


def median_ratio(above: np.ndarray, below: np.ndarray, seed: int = 0) -> dict[str, Any]:
    """Median of the paired ratios, with the 2.5th and 97.5th percentile of the median over resampled rounds."""
    ratios = above / below
    generator = np.random.default_rng(seed)
    medians = np.median(generator.choice(ratios, (RESAMPLES, ratios.size)), axis=1)
    low, high = np.percentile(medians, [2.5, 97.5])
    return {"median": float(np.median(ratios)), "ci": [float(low), float(high)], "rounds": int(ratios.size)}


def compare(bundle: Bundle, rounds: int, threads: int, provider: Sequence[str] | None = None) -> dict[str, Any]:
    """The whole measurement on one bundle."""
    bare = bare_classifier(bundle.onnx_bytes)
    files = {"explained": bundle.onnx_bytes, "bare": bare, "bare_again": bare}
    sessions = {name: open_session(data, provider, threads) for name, data in files.items()}
    spec = bundle.input_spec
    image = np.random.default_rng(0).random((1, 1, spec.height, spec.width), np.float32)
    seconds = measure(sessions, image, rounds)
    return {
        "bundle": {"name": bundle.name, "version": bundle.version, "id": bundle.id},
        "input": [spec.height, spec.width],
        "provider": provider_of(sessions["explained"]),
        "threads": threads,
        "milliseconds": {name: float(np.median(values) * 1e3) for name, values in seconds.items()},
        "explained_over_bare": median_ratio(seconds["explained"], seconds["bare"]),
        "control_same_file": median_ratio(seconds["bare_again"], seconds["bare"]),
        "aim": AIM,
        "load_average": os.getloadavg()[0],
        "machine": describe_machine(),
    }


def main(arguments: Sequence[str] = ()) -> int:
    """Print and keep the measurement; 2 when there is no bundle to measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.explained_graph", description=__doc__)
    parser.add_argument("--bundle", type=Path, help="default: the one in webapp/demo")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    options = parser.parse_args(list(arguments))
    path = options.bundle or next(iter(sorted(DEMO.glob("*.bundle"))), None)
    if path is None:
        print(
            "error: no bundle in webapp/demo; allowed: --bundle FILE, or run `make demo-model` first", file=sys.stderr
        )
        return 2
    result = compare(Bundle.load(path), options.rounds, options.threads)
    write_result("explained_graph", result)
    print(json.dumps(result) if options.json else _text(result))
    return 0


def _text(result: Mapping[str, Any]) -> str:
    machine, milliseconds = result["machine"], result["milliseconds"]
    lines = [
        f"{result['bundle']['name']} {result['bundle']['version']}, {result['input'][0]} x {result['input'][1]},"
        f" {result['provider']}, {result['threads']} threads",
        f"{machine['processor']}, {machine['cores']} cores, load {result['load_average']:.1f}",
        f"explained {milliseconds['explained']:.2f} ms, bare {milliseconds['bare']:.2f} ms",
    ]
    for name, title in (("explained_over_bare", "explained / bare"), ("control_same_file", "A/A control")):
        ratio = result[name]
        low, high = ratio["ci"]
        lines.append(f"{title}: {ratio['median']:.3f} (95 % CI {low:.3f}-{high:.3f}, {ratio['rounds']} paired rounds)")
    return "\n".join([*lines, f"aim: at most {result['aim']:.2f}"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
