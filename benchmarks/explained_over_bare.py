"""An explained graph against the bare classifier cut from the same ONNX file.

An A/A control (two sessions of the same bare file) shows what noise alone makes of 1.00. The order of the three changes
every round, the sessions every block of rounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import onnx

from benchmarks.paired_timing import median_ratio, ratio_line, time_in_turns
from inference.session import open_session, provider_of, run_session

AIM = 1.05
BLOCKS = 12


def bare_classifier(onnx_bytes: bytes) -> bytes:
    """The same file cut down to what `probabilities` needs."""
    model = onnx.load_model_from_string(onnx_bytes)
    return bytes(onnx.utils.Extractor(model).extract_model(["image"], ["probabilities"]).SerializeToString())


def explained_over_bare(
    onnx_bytes: bytes, images: np.ndarray, rounds: int, threads: int, providers: Sequence[str] | None = None
) -> dict[str, Any]:
    """The whole measurement on one graph, in BLOCKS blocks with sessions of their own: where a session's memory happens
    to lie makes a small graph faster or slower by percents for as long as it is open.

    images: float32 [N,1,H,W], run as one batch. rounds: of all blocks together.
    """
    bare = bare_classifier(onnx_bytes)
    files = {"explained": onnx_bytes, "bare": bare, "bare_again": bare}
    blocks, provider = [], ""
    for _ in range(min(BLOCKS, rounds)):
        sessions = {name: open_session(data, providers, threads) for name, data in files.items()}
        provider = provider_of(sessions["explained"])
        tasks = {name: partial(run_session, own, images) for name, own in sessions.items()}
        blocks.append(time_in_turns(tasks, max(1, rounds // BLOCKS)))
    seconds = {name: np.stack([block[name] for block in blocks]) for name in files}
    return {
        "batch": len(images),
        "input": list(images.shape[2:]),
        "provider": provider,
        "threads": threads,
        "blocks": len(blocks),
        "milliseconds": {name: float(np.median(values) * 1e3) for name, values in seconds.items()},
        "explained_over_bare": median_ratio(seconds["explained"], seconds["bare"]),
        "control_same_file": median_ratio(seconds["bare_again"], seconds["bare"]),
        "aim": AIM,
    }


def ratio_lines(result: Mapping[str, Any]) -> list[str]:
    """What is printed of a measurement."""
    milliseconds = result["milliseconds"]
    return [
        f"explained {milliseconds['explained']:.2f} ms, bare {milliseconds['bare']:.2f} ms",
        ratio_line("explained / bare", result["explained_over_bare"]),
        ratio_line("A/A control", result["control_same_file"]),
    ]
