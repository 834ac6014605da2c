"""What does a saliency map cost? Seconds per image of each method, DenseNet-121 at 224, K = 5, batch 1.

    python -m benchmarks.saliency_cost [--rounds 9] [--slow-rounds 3] [--sig-samples 25] [--device cuda]

Each method's own default settings, for one class and (the methods of a few passes) for all five; over one forward pass
without gradients of the same network, measured in the same rounds. wildcat and spn run on networks of their own, over
these networks' forward pass. `sig` has samples x steps = 1250 passes: it runs once.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch

from benchmarks.machine import describe_machine, write_result
from benchmarks.paired_timing import median_ratio, time_in_turns
from benchmarks.random_classifier import random_images
from training.models.classifier import Classifier
from training.models.model_registry import ModelTable, build_model
from training.saliency import explain
from training.saliency.registry import EXPLAINERS

NETWORK, SIZE, CLASSES = "densenet121", 224, 5
SLOW = ("smoothgrad", "ig")
OWN_NETWORK = ("wildcat", "spn")
QUICK = tuple(method for method in EXPLAINERS if method not in (*SLOW, *OWN_NETWORK, "sig"))
ROUNDS, SLOW_ROUNDS, WARM_UP = 9, 3, 1
FORWARD = "forward"

Tasks = dict[str, Callable[[], object]]


def network(head: str, device: str) -> Classifier:
    """Random weights, in eval mode."""
    torch.manual_seed(0)
    return build_model(ModelTable(NETWORK, head), CLASSES, size=SIZE).to(device).eval()


def forward_pass(model: Classifier, images: torch.Tensor) -> None:
    """What a classifier without any map costs."""
    with torch.no_grad():
        model(images)


def finished(task: Callable[[], object], device: str) -> Callable[[], object]:
    """The task, waited for: on a GPU its launch is not its end."""

    def run() -> None:
        task()
        if device == "cuda":
            torch.cuda.synchronize()

    return run


def tasks_of(
    methods: Sequence[str], model: Classifier, images: torch.Tensor, all_classes: bool, **settings: Any
) -> Tasks:
    """`method` for class 0 and, if wanted, `method, all classes`; and the forward pass."""
    tasks: Tasks = {FORWARD: partial(forward_pass, model, images)}
    for method in methods:
        classes = None if method == "activations" else [0]  # activations: the top class
        tasks[method] = partial(explain, method, model, images, classes, **settings)
        if all_classes and method != "activations":
            tasks[f"{method}, all classes"] = partial(explain, method, model, images, **settings)
    return {name: finished(task, images.device.type) for name, task in tasks.items()}


def timed(tasks: Tasks, rounds: int, warm_up: int) -> dict[str, Any]:
    """Median seconds and ratio to the forward pass of each task."""
    seconds = time_in_turns(tasks, rounds, warm_up)
    return {
        name: {
            "seconds": float(np.median(values)),
            "over_forward": median_ratio(values, seconds[FORWARD]),
            "forward_seconds": float(np.median(seconds[FORWARD])),
        }
        for name, values in seconds.items()
        if name != FORWARD
    }


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All methods, as one JSON-ready document."""
    torch.set_num_threads(options.threads)
    image = random_images(1, SIZE).to(options.device)
    plain = network("gap-linear", options.device)
    methods = timed(tasks_of(QUICK, plain, image, True), options.rounds, WARM_UP)
    for method in OWN_NETWORK:
        methods |= timed(tasks_of([method], network(method, options.device), image, False), options.rounds, WARM_UP)
    methods |= timed(tasks_of(SLOW, plain, image, False), options.slow_rounds, 0)
    if options.sig_samples:
        methods |= timed(tasks_of(["sig"], plain, image, False, samples=options.sig_samples), 1, 0)
    return {
        "what": f"{NETWORK} at {SIZE}, K = {CLASSES}, one image, random weights, float32",
        "methods": methods,
        "sig_samples": options.sig_samples,
        "threads": options.threads,
        "device": torch.cuda.get_device_name() if options.device == "cuda" else "cpu",
        "load_average": os.getloadavg()[0],
        "machine": describe_machine() | {"torch": torch.__version__},
    }


def main(arguments: Sequence[str] = ()) -> int:
    """Print and keep the measurement."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.saliency_cost",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--slow-rounds", type=int, default=SLOW_ROUNDS)
    parser.add_argument("--sig-samples", type=int, default=25, help="0 leaves sig out")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True, help="write the result file")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    options = parser.parse_args(list(arguments))
    result = measure(options)
    if options.keep:
        write_result("saliency_cost" if options.device == "cpu" else "saliency_cost_cuda", result)
    print(json.dumps(result) if options.json else _text(result))
    return 0


def _text(result: Mapping[str, Any]) -> str:
    lines = [f"{result['what']}, {result['threads']} threads, {result['device']}, load {result['load_average']:.1f}"]
    for name, own in result["methods"].items():
        ratio = own["over_forward"]
        spread = f"95 % CI {ratio['ci'][0]:.1f}-{ratio['ci'][1]:.1f}, {ratio['rounds']} rounds"
        lines.append(f"{name:22} {own['seconds']:9.3f} s, {ratio['median']:8.1f} forward passes ({spread})")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
