"""A bundle that costs as much as DenseNet-121 at 224 x 224 (2.9 billion multiply-adds per image) and needs no training.

The tiny test bundle behind a chain of 3 x 3 convolutions whose output is added with weight 1e-30: the arithmetic is done,
the answers stay those of the tiny bundle, so its self-check still holds.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from inference.bundle import write_bundle
from tests.inference.tiny_bundle import CARD, SIZE, tiny_manifest, tiny_onnx, tiny_selfcheck

CHANNELS = 64
MULTIPLY_ADDS = 2.9e9
LAYERS = round(MULTIPLY_ADDS / (SIZE * SIZE * CHANNELS * CHANNELS * 9))


def make_heavy_bundle(path: Path) -> str:
    """Writes the bundle and returns its id."""
    manifest = tiny_manifest(name="heavy-cxr")
    return write_bundle(path, manifest, heavy_onnx(manifest["name"], manifest["version"]), CARD, tiny_selfcheck())


def heavy_onnx(name: str, version: str) -> bytes:
    """The tiny graph, fed by image + 1e-30 * chain(image)."""
    model = onnx.load_model_from_string(tiny_onnx(name, version))
    graph = model.graph
    for node in graph.node:
        node.input[:] = ["loaded_image" if given == "image" else given for given in node.input]
    random = np.random.default_rng(0)
    nodes, last = [], "image"
    for layer in range(LAYERS + 2):
        inputs = 1 if layer == 0 else CHANNELS
        outputs = 1 if layer == LAYERS + 1 else CHANNELS
        weights = random.normal(0, 1 / (3 * np.sqrt(inputs)), (outputs, inputs, 3, 3)).astype(np.float32)
        graph.initializer.append(numpy_helper.from_array(weights, f"chain_weights_{layer}"))
        nodes.append(helper.make_node("Conv", [last, f"chain_weights_{layer}"], [f"chain_{layer}"], pads=[1, 1, 1, 1]))
        last = f"chain_{layer}"
    graph.initializer.append(numpy_helper.from_array(np.float32(1e-30), "chain_share"))
    nodes.append(helper.make_node("Mul", [last, "chain_share"], ["chain_added"]))
    nodes.append(helper.make_node("Add", ["image", "chain_added"], ["loaded_image"]))
    for node in reversed(nodes):
        graph.node.insert(0, node)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))
