"""What the child of bundle_child.py does with its one bundle."""

from __future__ import annotations

import contextlib
import os
from typing import Any

import numpy as np
from onnx import TensorProto, helper

from inference.bundle import Bundle
from inference.bundle_archive import pack_arrays, pack_members, read_arrays
from inference.bundle_error import BundleError
from inference.manifest import EXAMPLE_FILE, parse_manifest, without_arrays
from inference.session import CPU, open_session, run_session


def warm_up() -> None:
    """Loads and runs once whatever the checks need from disk: schema, codecs of texts, the runtime's description of the machine."""
    parse_manifest(EXAMPLE_FILE.read_bytes())
    read_arrays(pack_arrays({"image": np.zeros((1, 1, 2, 2), np.float32)}))
    shape: list[str | int | None] = ["N", 1, 2, 2]
    graph = helper.make_graph(
        [helper.make_node("Relu", ["image"], ["out"])],
        "warm",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    run_session(open_session(model.SerializeToString(), [CPU], threads=1), np.zeros((1, 1, 2, 2), np.float32))
    with contextlib.suppress(BundleError):
        Bundle.from_bytes("warm", pack_members({"card.md": b""}))


def answer_about(descriptor: int) -> dict[str, Any]:
    """What a CheckedBundle is made of, or `refused` with check and message. May raise MemoryError."""
    try:
        with os.fdopen(descriptor, "rb") as stream:
            bundle = Bundle.from_bytes("", stream.read())
    except BundleError as error:
        return {"refused": [error.check, error.message]}
    return {
        "id": bundle.id,
        "name": bundle.name,
        "version": bundle.version,
        "manifest": without_arrays(dict(bundle.manifest)),
        "card": bundle.card,
    }
