"""From a trained network to one self-contained ONNX graph, compared with torch and with autograd before anything is
written."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from numpy.typing import NDArray

from inference.map_layers import MAP_LAYERS
from training.explained.definition import classifier_gradcam
from training.explained.ensemble import MergedEnsemble
from training.explained.graph import Explained
from training.models.classifier import Classifier

OPSET = 18
MAXIMUM_BATCH = 64

# Largest allowed difference, relative to the largest value of the reference output. explanation_graph.md asks 1e-3 for
# maps; measured differences are near 1e-5: a wrong graph is far outside and float noise far inside.
TOLERANCE = {"probabilities": 1e-4, "logits": 1e-4, "embedding": 1e-3} | {
    kind: layer.tolerance for kind, layer in MAP_LAYERS.items()
}
AUTOGRAD_TOLERANCE = 1e-3


Network = Classifier | MergedEnsemble
Graph = Explained | MergedEnsemble


class ExportMismatch(RuntimeError):
    """The exported graph does not compute what the network computes; nothing was written."""


def export_onnx(graph: Graph, height: int, width: int, metadata: dict[str, str]) -> bytes:
    """The graph as one ONNX file without external data: opset 18, batch 1..64 dynamic, `metadata` as metadata_props.

    The example batch is 2: a batch of 1 would be baked in.
    """
    example = torch.rand(2, 1, height, width)
    batch = torch.export.Dim("batch", min=1, max=MAXIMUM_BATCH)
    program = torch.onnx.export(
        graph.eval(),
        (example,),
        dynamo=True,
        opset_version=OPSET,
        input_names=["image"],
        output_names=list(graph.OUTPUTS),
        dynamic_shapes=({0: batch},),
        verbose=False,
    )
    if program is None:
        raise ExportMismatch("torch.onnx.export returned no program")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        program.save(str(path), external_data=False)
        model = onnx.load(str(path))
    onnx.helper.set_model_props(model, metadata)
    # Traces of the exporting machine (file paths, stack traces) have no place in a bundle.
    for node in model.graph.node:
        node.ClearField("metadata_props")
        node.ClearField("doc_string")
    for value in (*model.graph.value_info, *model.graph.input, *model.graph.output, *model.graph.initializer):
        value.ClearField("metadata_props")
    buffer = io.BytesIO()
    onnx.save_model(model, buffer)
    return buffer.getvalue()


def run_onnx(onnx_bytes: bytes, images: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    """All outputs of the graph for images float32 [N,1,H,W], on the CPU."""
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(onnx_bytes, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"image": images}), strict=True))


def relative_difference(value: NDArray[np.float32], reference: NDArray[np.float32]) -> float:
    """max |value - reference| / max |reference|; infinite for another shape or a value that is not finite."""
    if value.shape != reference.shape or not np.isfinite(value).all():
        return float("inf")
    return float(np.abs(value - reference).max() / max(float(np.abs(reference).max()), 1e-12))


def defined_gradcam(net: Network, images: torch.Tensor) -> NDArray[np.float32]:
    """Grad-CAM by its definition, one backward pass per finding: [N,K,h,w]."""
    if isinstance(net, MergedEnsemble):
        return net.autograd_gradcam(images).numpy()
    return classifier_gradcam(net, images).numpy()


def check_export(
    onnx_bytes: bytes, net: Network, graph: Graph, batches: Sequence[NDArray[np.float32]]
) -> dict[str, float]:
    """Largest relative difference of every output (ONNX against torch) and of `autograd` (in-graph Grad-CAM against
    its definition).

    batches: float32 [N,1,H,W] each, of several sizes N. Raises ExportMismatch naming output, value and what is allowed.
    """
    allowed = {name: TOLERANCE[name] for name in graph.OUTPUTS} | {"autograd": AUTOGRAD_TOLERANCE}
    worst = dict.fromkeys(allowed, 0.0)
    for batch in batches:
        images = torch.from_numpy(batch)
        with torch.no_grad():
            reference = dict(zip(graph.OUTPUTS, (value.numpy() for value in graph(images)), strict=True))
        outputs = run_onnx(onnx_bytes, batch)
        for name in graph.OUTPUTS:
            worst[name] = max(worst[name], relative_difference(outputs[name], reference[name]))
        worst["autograd"] = max(
            worst["autograd"], relative_difference(outputs["gradcam"], defined_gradcam(net, images))
        )
    for name, limit in allowed.items():
        if not worst[name] <= limit:
            what = "in-graph Grad-CAM and autograd" if name == "autograd" else f"ONNX and torch output {name!r}"
            raise ExportMismatch(f"{what} differ by {worst[name]:.2e} of the maximum; allowed is {limit:.0e}")
    return worst


def export_checked(
    net: Network,
    graph: Graph,
    size: tuple[int, int],
    metadata: dict[str, str],
    check_images: NDArray[np.float32],
) -> tuple[bytes, dict[str, float]]:
    """ONNX bytes and the differences found. check_images: float32 [N,1,H,W], at least 3; they are run in batches of
    1, 2 and N. net: what the graph was made of; a merged ensemble is its own.

    Raises ExportMismatch before anything is written.
    """
    if len(check_images) < 3:
        raise ValueError(f"{len(check_images)} check images; at least 3 are needed")
    net.eval()
    onnx_bytes = export_onnx(graph, *size, metadata)
    batches = [check_images[:1], check_images[1:3], check_images]
    return onnx_bytes, check_export(onnx_bytes, net, graph, batches)
