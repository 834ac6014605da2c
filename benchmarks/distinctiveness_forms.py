"""Do the fast forms of class distinctiveness do what the faithful one does?

    python -m benchmarks.distinctiveness_forms [--train 240] [--test 200] [--epochs 12] [--seeds 0,1]

On phantoms at 96 px (three findings, the `compact` network), for each seed: one network per form of cd, from the same
start weights with the same batches, a third of the epochs weighted cross-entropy (stage 1), then the whole loss. For each
form: mean AUC on test phantoms, the faithful cd of the trained network, and the correlation of its Grad-CAM maps with
those of the faithful form's network, pixel by pixel, mean over images and classes. Two yardsticks: the network of plain
WCE (no cd at all), and the faithful form with other batches of the same start.
At the start of stage 2, where all forms have the same weights, also the cosine between the gradients of cd.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.machine import describe_machine, write_result
from training.data.batch import Batch
from training.data.records import FINDINGS
from training.losses import LossTable, build_loss
from training.losses.class_distinctiveness import DistinctivenessSettings, class_distinctiveness
from training.losses.custom import CustomLoss
from training.losses.saliency_maps import differentiable_gradcam
from training.metrics.auc import estimate
from training.models.classifier import Classifier
from training.models.model_registry import ModelTable, build_model
from training.optim import OptimTable, build_optimizer
from training.phantoms.draw import draw_phantom

SIZE, BATCH = 96, 16
FAITHFUL = "cd"
FORMS: dict[str, LossTable] = {
    FAITHFUL: LossTable("custom"),
    "cd other batches": LossTable("custom"),
    "no cd": LossTable("wce"),
    "cd stop gradient": LossTable("custom", cd_stop_gradient=True),
    "cd half size": LossTable("custom", cd_size=SIZE // 2),
    "cd 2 maps": LossTable("custom", cd_maps=2),
    "cd 2 maps half size": LossTable("custom", cd_maps=2, cd_size=SIZE // 2),
    "cd pooled": LossTable("custom", cd_form="pooled"),
}

Images = tuple[torch.Tensor, torch.Tensor]


def draw(count: int, first_seed: int) -> Images:
    """Images [n,1,SIZE,SIZE] and labels [n,3]."""
    phantoms = [draw_phantom(first_seed + number, size=SIZE) for number in range(count)]
    labels = [[float(phantom.findings[key]) for key in FINDINGS] for phantom in phantoms]
    return torch.from_numpy(np.stack([phantom.image for phantom in phantoms])[:, None]), torch.tensor(labels)


def batch_of(data: Images, rows: torch.Tensor) -> Batch:
    """Rows without masks."""
    count = len(rows)
    return Batch(data[0][rows], data[1][rows], torch.zeros(count, 1, 1, 1), torch.zeros(count, dtype=torch.bool), rows)


def train(model: Classifier, table: LossTable, data: Images, epochs: int, seed: int) -> Classifier:
    """`epochs` epochs over the data in an order that the seed gives; the model itself is trained."""
    loss = build_loss(table, data[1].numpy(), "multilabel")
    optimizer = build_optimizer(OptimTable(lr=1e-3), model, loss)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(epochs):
        for rows in torch.randperm(len(data[0]), generator=generator).split(BATCH):
            model.train()
            batch = batch_of(data, rows)
            terms = loss(model, model(batch.images), batch)
            optimizer.zero_grad()
            terms["loss"].backward()
            optimizer.step()
    return model.eval()


def judged(model: Classifier, data: Images) -> tuple[float, float, NDArray[np.float32]]:
    """Mean AUC, faithful cd, and Grad-CAM maps [n,K,h,w] on the test phantoms."""
    with torch.no_grad():
        outputs = model(data[0])
        maps = model.gradcam(outputs)
        cd = class_distinctiveness(model, outputs, maps, (SIZE, SIZE), DistinctivenessSettings())
    scores, labels = outputs.logits.numpy(), data[1].numpy()
    areas = [estimate(scores[:, k], labels[:, k]).value for k in range(labels.shape[1])]
    return float(np.mean(areas)), cd.item(), maps.numpy()


def mean_correlation(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Pearson correlation of two sets of maps [n,K,h,w], mean over the pairs in which neither map is flat."""
    a, b = (maps.reshape(-1, maps.shape[2] * maps.shape[3]) for maps in (first, second))
    a, b = a - a.mean(axis=1, keepdims=True), b - b.mean(axis=1, keepdims=True)
    sizes = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return float(((a * b).sum(axis=1)[sizes > 0] / sizes[sizes > 0]).mean())


def gradient_of_cd(model: Classifier, table: LossTable, batch: Batch) -> tuple[float, NDArray[np.float64]]:
    """Value of the form and its gradient over all weights of the network, flat; the network is left as it is."""
    own = copy.deepcopy(model).train()
    torch.manual_seed(0)  # the same dropout for every form
    loss = build_loss(table, batch.labels.numpy(), "multilabel")
    assert isinstance(loss, CustomLoss)
    outputs = own(batch.images)
    maps = differentiable_gradcam(own, outputs)
    value = class_distinctiveness(own, outputs, maps, (SIZE, SIZE), loss.distinctiveness)
    value.backward()
    parts = [torch.zeros_like(p) if p.grad is None else p.grad for p in own.parameters()]
    return value.item(), torch.cat([part.flatten() for part in parts]).double().numpy()


def compare_gradients(model: Classifier, batch: Batch) -> dict[str, dict[str, float]]:
    """Value of each form on one batch and the cosine of its gradient with the faithful one's."""
    of_form = {name: gradient_of_cd(model, table, batch) for name, table in FORMS.items() if table.name == "custom"}
    reference = of_form[FAITHFUL][1]
    return {
        name: {
            "value": value,
            "cosine": float(gradient @ reference / (np.linalg.norm(gradient) * np.linalg.norm(reference))),
        }
        for name, (value, gradient) in of_form.items()
    }


def one_seed(seed: int, data: Images, test: Images, epochs: int) -> dict[str, Any]:
    """All forms from one start."""
    torch.manual_seed(seed)
    first = max(1, epochs // 3)
    start = train(build_model(ModelTable("compact"), len(FINDINGS), size=SIZE), LossTable("wce"), data, first, seed)
    gradients = compare_gradients(start, batch_of(data, torch.arange(BATCH)))
    results: dict[str, Any] = {}
    maps: dict[str, NDArray[np.float32]] = {}
    for name, table in FORMS.items():
        torch.manual_seed(seed)
        order = seed + (1000 if name == "cd other batches" else 100)
        area, cd, maps[name] = judged(train(copy.deepcopy(start), table, data, epochs - first, order), test)
        correlation = mean_correlation(maps[name], maps[FAITHFUL])
        results[name] = {"auc_mean": area, "cd": cd, "map_correlation": correlation} | (
            {"at_start": gradients[name]} if name in gradients else {}
        )
    return results


def main(arguments: Sequence[str] = ()) -> int:
    """Print and keep the comparison."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.distinctiveness_forms",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--train", type=int, default=240)
    parser.add_argument("--test", type=int, default=200)
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seeds", type=lambda text: [int(part) for part in text.split(",")], default=[0, 1])
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True, help="write the result file")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    options = parser.parse_args(list(arguments))
    torch.set_num_threads(options.threads)
    data, test = draw(options.train, 0), draw(options.test, 1_000_000)
    result = {
        "what": f"compact network, phantoms at {SIZE}, {options.train} to train, {options.test} to test, "
        f"{options.epochs} epochs",
        "seeds": {str(seed): one_seed(seed, data, test, options.epochs) for seed in options.seeds},
        "threads": options.threads,
        "machine": describe_machine() | {"torch": torch.__version__},
    }
    if options.keep:
        write_result("distinctiveness_forms", result)
    print(json.dumps(result) if options.json else _text(result))
    return 0


def _text(result: dict[str, Any]) -> str:
    lines = [f"{result['what']}, {len(result['seeds'])} seeds; mean (lowest-highest) over seeds"]
    for name in FORMS:
        runs = [own[name] for own in result["seeds"].values()]
        parts = []
        for key, title in (("auc_mean", "AUC"), ("cd", "faithful cd"), ("map_correlation", "maps")):
            values = [run[key] for run in runs]
            parts.append(f"{title} {np.mean(values):.3f} ({min(values):.3f}-{max(values):.3f})")
        if "at_start" in runs[0]:
            parts.append(f"gradient cosine {np.mean([run['at_start']['cosine'] for run in runs]):.2f}")
        lines.append(f"{name:20} " + ", ".join(parts))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
