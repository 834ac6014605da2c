"""A small valid bundle made by hand, for tests of every room that needs one: `make_tiny_bundle(path) -> id`.

Three findings at 64 x 64, no training. The graph is closed-form: the image is averaged over 8 x 8 blocks, each finding
looks at its own zone of the blocks (opacity: upper two thirds, effusion: lower third, cardiomegaly: middle), and what is
brighter than 0.6 there is evidence. So maps follow bright spots, and every output can be computed on paper:

    F_k = (block mean - 0.6) * zone_k;  A_k = relu(F_k);  logit_k = 40 * mean(A_k) - 2;  probability = sigmoid(0.8 logit - 0.1)
    gradcam_k = relu(40 / 64 * A_k) (exact Grad-CAM of GAP + linear);  classmaps_k = 40 * F_k - 2 (signed)
    embedding = mean of the upper and of the lower half
"""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from inference.bundle import write_bundle
from inference.manifest import EXAMPLE_FILE
from inference.session import CPU, open_session, run_session

SIZE = 64
BLOCKS = 8
KEYS = ("lung_opacity", "pleural_effusion", "cardiomegaly")
WEIGHT, BIAS, LEVEL = 40.0, -2.0, 0.6
SCALE, OFFSET = 0.8, -0.1
CARD = """# tiny-cxr 1.0.0

Made by hand for tests. It looks for bright spots and knows nothing of radiology.

**Research use only — not for diagnosis.**
"""


def make_tiny_bundle(path: Path | str, **changes: Any) -> str:
    """Write the tiny bundle to `path` and return its id; `changes` replace top-level manifest parts (name, version, …)."""
    manifest = tiny_manifest(**changes)
    graph = tiny_onnx(manifest["name"], manifest["version"])
    return write_bundle(path, manifest, graph, CARD, tiny_selfcheck())


def tiny_manifest(**changes: Any) -> dict[str, Any]:
    """The committed example manifest, which describes this graph, with top-level parts replaced."""
    return {**copy.deepcopy(json.loads(EXAMPLE_FILE.read_text("utf-8"))), **changes}


def zones() -> np.ndarray:
    """float32 [3, 8, 8] of ones and zeros: where each finding looks."""
    zone = np.zeros((3, BLOCKS, BLOCKS), np.float32)
    zone[0, :5] = 1
    zone[1, 5:] = 1
    zone[2, 2:7, 2:6] = 1
    return zone


def tiny_onnx(name: str = "tiny-cxr", version: str = "1.0.0") -> bytes:
    """The ONNX file, with the metadata that the loader compares."""
    nodes = [
        helper.make_node("AveragePool", ["image"], ["blocks"], kernel_shape=[8, 8], strides=[8, 8]),
        helper.make_node("Sub", ["blocks", "level"], ["over"]),
        helper.make_node("Mul", ["over", "zones"], ["features"]),
        helper.make_node("Relu", ["features"], ["evidence"]),
        helper.make_node("GlobalAveragePool", ["evidence"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("Mul", ["flat", "weight"], ["weighted"]),
        helper.make_node("Add", ["weighted", "bias"], ["logits"]),
        helper.make_node("Mul", ["logits", "scale"], ["scaled"]),
        helper.make_node("Add", ["scaled", "offset"], ["calibrated"]),
        helper.make_node("Sigmoid", ["calibrated"], ["probabilities"]),
        helper.make_node("Mul", ["evidence", "weight_per_cell"], ["gradcam"]),
        helper.make_node("Mul", ["features", "weight"], ["weighted_features"]),
        helper.make_node("Add", ["weighted_features", "bias"], ["classmaps"]),
        helper.make_node("AveragePool", ["image"], ["halves"], kernel_shape=[32, 64], strides=[32, 64]),
        helper.make_node("Flatten", ["halves"], ["embedding"]),
    ]
    model = helper.make_model(
        helper.make_graph(nodes, "tiny", [_value("image", 1, SIZE, SIZE)], _outputs(), _weights()),
        opset_imports=[helper.make_opsetid("", 18)],
        ir_version=10,
        producer_name="sightline tests",
    )
    metadata = {"name": name, "version": version, "findings": ",".join(KEYS), "schema": "sightline-bundle/1"}
    helper.set_model_props(model, {f"sightline.{key}": value for key, value in metadata.items()})
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


@cache
def tiny_selfcheck() -> dict[str, np.ndarray]:
    """Two images (a bright square, a soft ramp) and what the graph gives for them."""
    images = np.full((2, 1, SIZE, SIZE), 0.4, np.float32)
    images[0, 0, 8:24, 8:24] = 1.0
    images[1, 0] = np.linspace(0.2, 0.9, SIZE, dtype=np.float32)[:, None]
    outputs = run_session(open_session(tiny_onnx(), [CPU], threads=1), images)
    return {"image": images, **outputs}


def _value(name: str, *shape: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *shape])


def _outputs() -> list[onnx.ValueInfoProto]:
    maps = [_value(kind, 3, BLOCKS, BLOCKS) for kind in ("gradcam", "classmaps")]
    return [_value("probabilities", 3), _value("logits", 3), *maps, _value("embedding", 2)]


def _weights() -> list[TensorProto]:
    constants = {
        "level": LEVEL,
        "weight": WEIGHT,
        "bias": BIAS,
        "scale": SCALE,
        "offset": OFFSET,
        "weight_per_cell": WEIGHT / BLOCKS**2,
    }
    tensors = [numpy_helper.from_array(np.float32(value), name) for name, value in constants.items()]
    return [*tensors, numpy_helper.from_array(zones()[None], "zones")]
