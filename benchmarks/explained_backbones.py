"""What do maps of 14 classes cost on the papers' networks? DenseNet-121 and MobileNetV2 at 224, random weights.

Explained graph over the bare classifier cut from the same file, paired, with A/A control; aim at most 1.05. Then one
image explained for all classes by captum's LayerGradCam and by pytorch-grad-cam as their users call them, over the bare
graph and over ours. They run in torch with as many threads as ONNX Runtime. captum is also timed with frozen parameters,
which spares it a graph it does not need. explanation_graph.md#figures-to-meet-or-beat.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import torch

from benchmarks.explained_over_bare import AIM, bare_classifier, explained_over_bare, ratio_lines
from benchmarks.machine import describe_machine, write_result
from benchmarks.paired_timing import median_ratio, ratio_line, time_in_turns
from benchmarks.random_classifier import CLASSES, PlainLogits, random_classifier, random_images
from inference.session import CPU, open_session, run_session
from training.explained import explained
from training.explained.export import export_checked
from training.models.model_registry import ModelTable
from training.models.swept_net import SweptNet

NETWORKS = ("densenet121", "mobilenet_v2")
SIZE = 224
ROUNDS = 600
LIBRARY_ROUNDS = 15
LIBRARY_WARM_UP = 2


def captum_maps(net: PlainLogits, images: torch.Tensor) -> np.ndarray:
    """relu(sum) of every class, one call per class. float32 [N,14,7,7]."""
    from captum.attr import LayerGradCam

    explainer = LayerGradCam(net, net.trunk)
    maps = [explainer.attribute(images, target=k, relu_attributions=True) for k in range(CLASSES)]
    return np.asarray(torch.cat(maps, dim=1).detach().numpy())


def grad_cam_maps(net: PlainLogits, images: torch.Tensor) -> np.ndarray:
    """pytorch-grad-cam's maps of every class, one call per class: rescaled to [0,1] and to the image. [N,14,224,224]."""
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    with GradCAM(model=net, target_layers=[net.trunk]) as explainer:
        maps = [
            explainer(input_tensor=images, targets=[ClassifierOutputTarget(k)] * len(images)) for k in range(CLASSES)
        ]
    return np.stack(maps, axis=1)


def compare_libraries(swept: SweptNet, onnx_bytes: bytes, rounds: int, threads: int) -> dict[str, Any]:
    """One image, all classes: our graph, captum and pytorch-grad-cam over the bare classifier, paired. On the CPU."""
    image, net = random_images(1, SIZE), PlainLogits(swept)
    sessions = {
        "bare": open_session(bare_classifier(onnx_bytes), [CPU], threads),
        "explained": open_session(onnx_bytes, [CPU], threads),
    }
    tasks: dict[str, Callable[[], object]] = {
        name: partial(run_session, own, image.numpy()) for name, own in sessions.items()
    }
    tasks["torch_forward"] = partial(_forward, net, image)
    tasks["captum_frozen"] = partial(_with_gradients, net, False, captum_maps, image)
    tasks["captum"] = partial(_with_gradients, net, True, captum_maps, image)
    tasks["pytorch_grad_cam"] = partial(_with_gradients, net, True, grad_cam_maps, image)
    torch.set_num_threads(threads)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        seconds = time_in_turns(tasks, rounds, LIBRARY_WARM_UP)
    return {
        "milliseconds": {name: float(np.median(values) * 1e3) for name, values in seconds.items()},
        "over_bare": {name: median_ratio(own, seconds["bare"]) for name, own in seconds.items() if name != "bare"},
        "over_explained": {
            name: median_ratio(seconds[name], seconds["explained"])
            for name in ("captum_frozen", "captum", "pytorch_grad_cam")
        },
    }


def _forward(net: PlainLogits, images: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        logits: torch.Tensor = net(images)
    return logits


def _with_gradients(
    net: PlainLogits, gradients: bool, explain: Callable[[PlainLogits, torch.Tensor], np.ndarray], images: torch.Tensor
) -> np.ndarray:
    net.requires_grad_(gradients)
    return explain(net, images)


def compare_network(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Both measurements on one network; the libraries only where our graph runs on the CPU."""
    net = random_classifier(ModelTable(name), SIZE)
    graph = explained(net, torch.nn.Sigmoid()).eval()
    onnx_bytes, differences = export_checked(net, graph, (SIZE, SIZE), {}, random_images(3, SIZE).numpy())
    result: dict[str, Any] = {"classes": CLASSES, "export_differences": differences, "batches": []}
    for batch in options.batches:
        images = random_images(batch, SIZE).numpy()
        own = explained_over_bare(onnx_bytes, images, options.rounds, options.threads, [options.provider])
        result["batches"].append(own | {"load_average": os.getloadavg()[0]})
    if options.provider == CPU and options.library_rounds:
        result["libraries"] = compare_libraries(net, onnx_bytes, options.library_rounds, options.threads)
        result["libraries"]["load_average"] = os.getloadavg()[0]
    return result


def main(arguments: Sequence[str] = ()) -> int:
    """Print and keep the measurement."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.explained_backbones", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--library-rounds", type=int, default=LIBRARY_ROUNDS, help="0 leaves captum and grad-cam out")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--provider", default=CPU, help="default %(default)s; or CUDAExecutionProvider")
    parser.add_argument("--batches", type=lambda text: [int(part) for part in text.split(",")], default=[1])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    options = parser.parse_args(list(arguments))
    result = {
        "networks": {name: compare_network(name, options) for name in NETWORKS},
        "machine": describe_machine() | {"torch": torch.__version__},
        "threads": options.threads,
        "aim": AIM,
    }
    write_result("explained_backbones" if options.provider == CPU else "explained_backbones_cuda", result)
    print(json.dumps(result) if options.json else _text(result))
    return 0


def _text(result: Mapping[str, Any]) -> str:
    machine = result["machine"]
    lines = [f"{machine['processor']}, {machine['cores']} cores, {result['threads']} threads, {CLASSES} classes"]
    for name, network in result["networks"].items():
        for own in network["batches"]:
            where = f"{own['provider']}, load {own['load_average']:.1f}"
            lines += [f"{name} at {SIZE}, batch {own['batch']}, {where}", *ratio_lines(own)]
        libraries = network.get("libraries")
        for task, ratio in libraries["over_bare"].items() if libraries else ():
            lines.append(ratio_line(f"{task} ({libraries['milliseconds'][task]:.1f} ms) / bare", ratio))
    return "\n".join([*lines, f"aim of explained / bare: at most {result['aim']:.2f}"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
