"""The exporter compares with torch and autograd, and refuses on mismatch."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import onnx
import pytest
import torch
from torch import Tensor

from training.explained_graph import ExplainedGraph
from training.export import ExportMismatch, check_export, export_checked, run_onnx
from training.models.two_head_net import ModelSettings, TwoHeadNet, build_net

SIZE = 64


@dataclass
class Exported:
    net: TwoHeadNet
    graph: ExplainedGraph
    images: np.ndarray
    onnx_bytes: bytes
    differences: dict[str, float]


@pytest.fixture(scope="module")
def exported() -> Exported:
    torch.manual_seed(0)
    net = build_net(ModelSettings(width=4, mlp=(6,)), 3).eval()
    graph = ExplainedGraph(net, torch.tensor([1.0, 0.5, 2.0]), torch.tensor([0.0, -1.0, 0.5])).eval()
    images = np.random.default_rng(0).random((5, 1, SIZE, SIZE)).astype(np.float32)
    onnx_bytes, differences = export_checked(net, graph, (SIZE, SIZE), {"sightline.name": "tiny"}, images)
    return Exported(net, graph, images, onnx_bytes, differences)


def test_onnx_equals_torch_and_autograd_for_every_output(exported: Exported) -> None:
    assert set(exported.differences) == {*ExplainedGraph.OUTPUTS, "autograd"}
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
    other = ExplainedGraph(exported.net, torch.tensor([1.0, 0.6, 2.0]), torch.tensor([0.0, -1.0, 0.5])).eval()
    with pytest.raises(ExportMismatch, match="ONNX and torch output 'probabilities' differ by"):
        check_export(exported.onnx_bytes, exported.net, other, [exported.images])


class _HalvedCam(ExplainedGraph):
    """A graph with a wrong map: torch and ONNX agree with each other, autograd does not."""

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        probabilities, logits, gradcam, classmaps, embedding = super().forward(image)
        return probabilities, logits, gradcam / 2, classmaps, embedding


def test_a_map_that_is_not_gradcam_is_refused(exported: Exported) -> None:
    wrong = _HalvedCam(exported.net, torch.ones(3), torch.zeros(3)).eval()
    with pytest.raises(
        ExportMismatch, match=r"Grad-CAM and autograd differ by 5\.00e-01 of the maximum; allowed is 1e-03"
    ):
        export_checked(exported.net, wrong, (SIZE, SIZE), {}, exported.images)
