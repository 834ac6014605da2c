"""What do the maps cost? Time of the explained graph over the bare classifier cut from the same ONNX file, for a bundle.

Paired: each round runs all sessions once on the same image, in changing order, and gives one ratio per pair; the figure is
the median ratio with a 95 % bootstrap interval over blocks of rounds. Aim: at most 1.05.
explanation_graph.md#figures-to-meet-or-beat. The papers' backbones: explained_backbones.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.explained_over_bare import explained_over_bare, ratio_lines
from benchmarks.machine import describe_machine, write_result
from inference.bundle import Bundle

DEMO = Path(__file__).resolve().parent.parent / "webapp" / "demo"
ROUNDS = 600


def compare(bundle: Bundle, rounds: int, threads: int, provider: Sequence[str] | None = None) -> dict[str, Any]:
    """The whole measurement on one bundle."""
    spec = bundle.input_spec
    images = np.random.default_rng(0).random((1, 1, spec.height, spec.width), np.float32)
    return {
        "bundle": {"name": bundle.name, "version": bundle.version, "id": bundle.id},
        **explained_over_bare(bundle.onnx_bytes, images, rounds, threads, provider),
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
    machine = result["machine"]
    lines = [
        f"{result['bundle']['name']} {result['bundle']['version']}, {result['input'][0]} x {result['input'][1]},"
        f" {result['provider']}, {result['threads']} threads",
        f"{machine['processor']}, {machine['cores']} cores, load {result['load_average']:.1f}",
        *ratio_lines(result),
    ]
    return "\n".join([*lines, f"aim: at most {result['aim']:.2f}"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
