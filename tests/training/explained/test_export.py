"""The exporter compares with torch and autograd, and refuses on mismatch."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor, nn

from training.explained.export import ExportMismatch, check_export, export_checked, run_onnx
from training.explained.graph import Explained
from training.models.classifier import Classifier
from training.models.model_registry import ModelTable, build_model

SIZE = 64


class Calibrated(nn.Module):
    """sigmoid(scale z + bias)."""

    def __init__(self, *scale: float) -> None:
        super().__init__()
        self.register_buffer("scale", torch.tensor(scale))
        self.register_buffer("bias", torch.tensor([0.0, -1.0, 0.5]))

    def forward(self, logits: Tensor) -> Tensor:
        return torch.sigmoid(logits * self.get_buffer("scale") + self.get_buffer("bias"))


@dataclass
class Exported:
    net: Classifier
    graph: Explained
    images: np.ndarray
    onnx_bytes: bytes
    differences: dict[str, float]


@pytest.fixture(scope="module")
def exported() -> Exported:
    torch.manual_seed(0)
    net = build_model(ModelTable("compact", "gap-mlp+wildcat", (6,), width=4), 3, size=SIZE).eval()
    graph = Explained(net, Calibrated(1.0, 0.5, 2.0)).eval()
    images = np.random.default_rng(0).random((5, 1, SIZE, SIZE)).astype(np.float32)
    onnx_bytes, differences = export_checked(net, graph, (SIZE, SIZE), {"sightline.name": "tiny"}, images)
    return Exported(net, graph, images, onnx_bytes, differences)


def test_onnx_equals_torch_and_autograd_for_every_output(exported: Exported) -> None:
    assert set(exported.differences) == {*exported.graph.OUTPUTS, "autograd"}
    assert max(exported.differences.values()) < 1e-4


def test_the_batch_is_free_and_the_outputs_have_their_shapes(exported: Exported) -> None:
    outputs = run_onnx(exported.onnx_bytes, exported.images[:3])
    assert {name: value.shape for name, value in outputs.items()} == {
        "probabilities": (3, 3),
        "logits": (3, 3),
        "gradcam": (3, 3, 4, 4),
        "classmaps": (3, 3, 4, 4),
        "embedding": (3, 32),
    }
    assert outputs["gradcam"].min() >= 0


def test_the_file_is_self_contained_and_carries_its_metadata(exported: Exported) -> None:
    model = onnx.load(io.BytesIO(exported.onnx_bytes))
    assert {entry.key: entry.value for entry in model.metadata_props}["sightline.name"] == "tiny"
    assert model.opset_import[0].version >= 18
    assert all(tensor.data_location == onnx.TensorProto.DEFAULT for tensor in model.graph.initializer)
    assert not any(node.metadata_props or node.doc_string for node in model.graph.node)


def test_the_calibration_is_in_the_graph(exported: Exported) -> None:
    outputs = run_onnx(exported.onnx_bytes, exported.images[:1])
    scaled = outputs["logits"] * np.array([1.0, 0.5, 2.0]) + np.array([0.0, -1.0, 0.5])
    assert outputs["probabilities"] == pytest.approx(1 / (1 + np.exp(-scaled)), abs=1e-6)


def test_weights_changed_after_export_are_noticed(exported: Exported) -> None:
    other = Explained(exported.net, Calibrated(1.0, 0.6, 2.0)).eval()
    with pytest.raises(ExportMismatch, match="ONNX and torch output 'probabilities' differ by"):
        check_export(exported.onnx_bytes, exported.net, other, [exported.images])


class _HalvedCam(Explained):
    """A graph with a wrong map: torch and ONNX agree with each other, autograd does not."""

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        probabilities, logits, gradcam, classmaps, embedding = super().forward(image)
        return probabilities, logits, gradcam / 2, classmaps, embedding


def test_a_map_that_is_not_gradcam_is_refused(exported: Exported) -> None:
    wrong = _HalvedCam(exported.net, Calibrated(1.0, 1.0, 1.0)).eval()
    with pytest.raises(
        ExportMismatch, match=r"Grad-CAM and autograd differ by 5\.00e-01 of the maximum; allowed is 1e-03"
    ):
        export_checked(exported.net, wrong, (SIZE, SIZE), {}, exported.images)
