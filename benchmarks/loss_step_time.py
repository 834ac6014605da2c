"""What does a training step with 000's losses cost? Step time over plain BCE, DenseNet-121 at 224, K = 5.

    python -m benchmarks.loss_step_time [--batch 4] [--rounds 7] [--device cuda]

A step is forward, loss, backward and Adam. Paired: every loss once per round in changing order, each on a network of its
own, with a second plain BCE as control. 000 reports at least four times plain cross-entropy for its custom loss.
Aims: sc at most 1.2; cd on refed maps of full size at most 1.15 of its compute bound, a step that also sends K images
per image through the network and back; a fast form of cd at most 2.0. What the fast forms do to the maps and the AUC:
benchmarks.distinctiveness_forms.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch

from benchmarks.machine import describe_machine, write_result
from benchmarks.paired_timing import median_ratio, ratio_line, time_in_turns
from benchmarks.random_classifier import random_images
from training.data.batch import Batch
from training.losses import Loss, LossTable, build_loss
from training.losses.class_distinctiveness import statistics_frozen
from training.models.classifier import Classifier
from training.models.model_registry import ModelTable, build_model
from training.optim import OptimTable, build_optimizer

NETWORK, SIZE, CLASSES = "densenet121", 224, 5
ROUNDS, WARM_UP = 7, 2
SC_AIM, CD_AIM, FAST_AIM = 1.2, 1.15, 2.0

LOSSES: dict[str, LossTable] = {
    "bce": LossTable("bce"),
    "bce again (control)": LossTable("bce"),
    "focal": LossTable("focal"),
    "aucm": LossTable("aucm"),
    "sc": LossTable("custom", lambda1=0.0, lambda2=1.0),
    "cd": LossTable("custom"),
    "cd stop gradient": LossTable("custom", cd_stop_gradient=True),
    "cd size 112": LossTable("custom", cd_size=112),
    "cd 2 maps": LossTable("custom", cd_maps=2),
    "cd 2 maps size 112": LossTable("custom", cd_maps=2, cd_size=112),
    "cd pooled": LossTable("custom", cd_form="pooled"),
}
FAST = ("cd size 112", "cd 2 maps", "cd 2 maps size 112", "cd pooled")
BOUND = "1 + K passes"


class OneMorePassPerClass(Loss):
    """BCE, and K given images per image through the network and back, as cd must: its compute bound."""

    def __init__(self, plain: Loss, batch: Batch) -> None:
        super().__init__()
        self.plain, self.images = plain, random_images(len(batch) * CLASSES, SIZE, 7).to(batch.images.device)

    def forward(self, model: Classifier, outputs: Any, batch: Batch) -> dict[str, torch.Tensor]:
        with statistics_frozen(model):
            further = model(self.images).features.mean()
        return {"loss": self.plain(model, outputs, batch)["loss"] + further}


def make_step(table: LossTable | None, batch: Batch) -> Callable[[], None]:
    """A training step of a fresh network; None: of the compute bound."""
    torch.manual_seed(0)
    labels = np.tile([[1.0, 0, 1, 0, 1], [0, 1, 0, 1, 0]], (2, 1)).astype(np.float32)
    model = build_model(ModelTable(NETWORK), CLASSES, size=SIZE).to(batch.images.device).train()
    loss = build_loss(table or LossTable("bce"), labels, "multilabel").to(batch.images.device)
    own = OneMorePassPerClass(loss, batch) if table is None else loss
    optimizer = build_optimizer(OptimTable(lr=1e-5), model, loss)

    def step() -> None:
        optimizer.zero_grad(set_to_none=True)
        own(model, model(batch.images), batch)["loss"].backward()
        optimizer.step()
        if batch.images.is_cuda:
            torch.cuda.synchronize()

    return step


def make_batch(count: int, device: str) -> Batch:
    """Random images, half of the labels positive."""
    labels = (torch.rand(count, CLASSES, generator=torch.Generator().manual_seed(3)) < 0.5).float()
    masks, has_mask = torch.zeros(count, 1, SIZE, SIZE), torch.zeros(count, dtype=torch.bool)
    return Batch(random_images(count, SIZE), labels, masks, has_mask, torch.arange(count)).to(device)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All losses and the bound, as one JSON-ready document."""
    torch.set_num_threads(options.threads)
    batch = make_batch(options.batch, options.device)
    tables = {name: LOSSES[name] for name in LOSSES if not options.only or name in (*options.only, "bce")}
    steps: dict[str, Callable[[], object]] = {name: make_step(table, batch) for name, table in tables.items()}
    if "cd" in steps:
        steps[BOUND] = make_step(None, batch)
    seconds = time_in_turns(steps, options.rounds, WARM_UP)
    over_bce = partial(median_ratio, below=seconds["bce"])
    result: dict[str, Any] = {
        "what": f"{NETWORK} at {SIZE}, K = {CLASSES}, batch {options.batch}, Adam, float32",
        "seconds": {name: float(np.median(values)) for name, values in seconds.items()},
        "over_bce": {name: over_bce(values) for name, values in seconds.items() if name != "bce"},
        "aims": {"sc over bce": SC_AIM, "cd over bound": CD_AIM, "fast form over bce": FAST_AIM},
        "threads": options.threads,
        "device": torch.cuda.get_device_name() if options.device == "cuda" else "cpu",
        "load_average": os.getloadavg()[0],
        "machine": describe_machine() | {"torch": torch.__version__},
    }
    if "cd" in steps:
        result["cd_over_bound"] = median_ratio(seconds["cd"], seconds[BOUND])
    return result


def main(arguments: Sequence[str] = ()) -> int:
    """Print and keep the measurement."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.loss_step_time",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--only", nargs="*", choices=tuple(LOSSES), help="default: all; nothing is kept then")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    options = parser.parse_args(list(arguments))
    result = measure(options)
    if not options.only:
        write_result("loss_step_time" if options.device == "cpu" else "loss_step_time_cuda", result)
    print(json.dumps(result) if options.json else _text(result))
    return 0


def _text(result: dict[str, Any]) -> str:
    lines = [f"{result['what']}, {result['threads']} threads, {result['device']}, load {result['load_average']:.1f}"]
    lines.append(f"bce: {result['seconds']['bce']:.3f} s per step")
    lines += [ratio_line(f"{name} / bce", ratio) for name, ratio in result["over_bce"].items()]
    if "cd_over_bound" in result:
        lines.append(ratio_line(f"cd / {BOUND}", result["cd_over_bound"]) + f", aim at most {CD_AIM}")
    lines.append(f"aims over bce: sc at most {SC_AIM}, a fast form of cd ({', '.join(FAST)}) at most {FAST_AIM}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
