"""Any classifier with its calibration as one graph, exported exactly or not at all."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass

import numpy as np
import onnx
import pytest
import torch
from torch import nn

from training.explained import NotExportable, explained
from training.explained.export import ExportMismatch, export_checked, run_onnx
from training.explained.map_makers import pooling_window
from training.models.classifier import Classifier
from training.models.model_registry import ModelTable, build_model
from training.models.spn import SpnSettings
from training.models.wildcat import WildcatSettings

CLASSES = 3
SIGMOID, SOFTMAX = nn.Sigmoid(), nn.Softmax(dim=1)


@dataclass(frozen=True)
class Case:
    """A network and what its graph gives. cells: of the Grad-CAM."""

    table: ModelTable
    size: int
    cells: int
    calibration: nn.Module = SIGMOID
    class_maps: int = 0


GAP_MLP = Case(ModelTable("compact", "gap-mlp", (8, 8), width=4), 64, 4, SOFTMAX)
SPN = Case(ModelTable("resnet18", "spn"), 224, 7, SOFTMAX, 56)

# One network per kind of head; an export takes seconds, so that one of them is the fast one.
OTHERS = {
    "wildcat": Case(ModelTable("compact", "wildcat", width=4), 64, 4, SIGMOID, 4),
    "fused": Case(ModelTable("fused", width=16), 96, 4, SOFTMAX),
    "gap-linear": Case(ModelTable("resnet18"), 64, 2),
    "flatten-mlp": Case(ModelTable("resnet18", "flatten-mlp", (8,)), 64, 2),
    "vgg-fc": Case(ModelTable("resnet18", "vgg-fc", (16, 16)), 64, 2),
    "wildcat-top": Case(ModelTable("resnet18", "wildcat", wildcat=WildcatSettings(kmin=0)), 128, 4, SIGMOID, 4),
    "spn-code": SPN,
    "spn-report": Case(ModelTable("resnet18", "spn", spn=SpnSettings("report")), 64, 2, SOFTMAX, 64),
    "mimo": Case(ModelTable("mimo", backbone="resnet18", members=2), 64, 2),
    "resizer": Case(ModelTable("resnet18", resizer=1), 64, 2),
    "cnn1": Case(ModelTable("cnn1"), 227, 4, SOFTMAX),
    "cnn2": Case(ModelTable("cnn2"), 64, 2, SOFTMAX),
    "base": Case(ModelTable("base", width=16, resizer=0), 96, 4, SOFTMAX),
}


def random_net(case: Case) -> Classifier:
    torch.manual_seed(4)
    return build_model(case.table, CLASSES, 1, case.size, (0.5,), (0.25,)).eval()


def random_images(size: int) -> np.ndarray:
    return np.random.default_rng(0).random((3, 1, size, size)).astype(np.float32)


@dataclass(frozen=True)
class Exported:
    """A network, its graph, the file and how far they differ."""

    net: Classifier
    onnx_bytes: bytes
    differences: dict[str, float]


def export(case: Case) -> Exported:
    net = random_net(case)
    graph = explained(net, case.calibration)
    return Exported(net, *export_checked(net, graph, (case.size, case.size), {}, random_images(case.size)))


@pytest.fixture(scope="module")
def gap_mlp() -> Exported:
    return export(GAP_MLP)


def assert_exact(case: Case, exported: Exported) -> None:
    outputs = run_onnx(exported.onnx_bytes, random_images(case.size)[:2])
    maps = {"classmaps": (2, CLASSES, case.class_maps, case.class_maps)} if case.class_maps else {}
    shapes = {"probabilities": (2, CLASSES), "logits": (2, CLASSES), "gradcam": (2, CLASSES, case.cells, case.cells)}
    channels = outputs["embedding"].shape[1]
    assert {name: own.shape for name, own in outputs.items()} == shapes | maps | {"embedding": (2, channels)}
    assert max(exported.differences.values()) < 1e-4
    assert outputs["gradcam"].max() > 0
    logits = torch.from_numpy(outputs["logits"])
    assert torch.allclose(torch.from_numpy(outputs["probabilities"]), case.calibration(logits), atol=1e-6)


def test_it_is_exported_exactly(gap_mlp: Exported) -> None:
    assert_exact(GAP_MLP, gap_mlp)


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHERS)
def test_every_other_head_is_exported_exactly(name: str) -> None:
    assert_exact(OTHERS[name], export(OTHERS[name]))


def test_explaining_repeats_nothing_of_the_network(gap_mlp: Exported) -> None:
    # Head of three layers: three products forward, three back (the first Linear's sums are kept, not computed).
    found = Counter(node.op_type for node in onnx.load(io.BytesIO(gap_mlp.onnx_bytes)).graph.node)
    assert (found["Gemm"], found["MatMul"]) == (3, 3)
    assert found["Conv"] == sum(isinstance(module, nn.Conv2d) for module in gap_mlp.net.trunk.modules())
    assert found["ReduceSum"] == 0


def test_the_map_of_spn_is_averaged_and_repeated_over_the_classes() -> None:
    net = random_net(SPN)
    graph = explained(net, SOFTMAX)
    images = torch.from_numpy(random_images(224)[:1])
    with torch.no_grad():
        classmaps = dict(zip(graph.OUTPUTS, graph(images), strict=True))["classmaps"]
        whole = net(images).class_maps
    assert graph.class_agnostic == {"classmaps"}
    assert graph.grids == {"gradcam": (7, 7), "classmaps": (56, 56)}
    assert torch.equal(classmaps[:, 0], classmaps[:, 2])
    assert classmaps[0, 1, 5, 7].item() == pytest.approx(whole[0, 0, 20:24, 28:32].mean().item(), abs=1e-6)


@pytest.mark.parametrize(("side", "window"), [(224, 4), (448, 8), (64, 1), (96, 2), (512, 8)])
def test_exported_maps_have_56_cells_where_they_divide_the_image(side: int, window: int) -> None:
    assert pooling_window(side) == window


@pytest.mark.slow
def test_weights_trained_after_the_graph_was_built_are_noticed() -> None:
    case = GAP_MLP
    net = random_net(case)
    graph = explained(net, case.calibration)
    with torch.no_grad():
        net.head[2].weight.mul_(1.5)
    with pytest.raises(ExportMismatch, match="in-graph Grad-CAM and autograd differ by"):
        export_checked(net, graph, (case.size, case.size), {}, random_images(case.size))


@pytest.mark.parametrize(
    ("table", "channels", "classes", "message"),
    [
        (
            ModelTable("resnet18", "spn"),
            3,
            3,
            "3 input channels: a bundle takes one gray channel; .*CUB.* not exported",
        ),
        (ModelTable("retinanet", backbone="resnet18"), 1, 1, "retinanet is a baseline for comparison"),
    ],
    ids=["colour", "detector"],
)
def test_what_makes_no_bundle_is_refused(table: ModelTable, channels: int, classes: int, message: str) -> None:
    net = build_model(table, classes, channels, 64)
    with pytest.raises(NotExportable, match=message):
        explained(net, SIGMOID)


@pytest.mark.parametrize("calibration", [nn.Hardtanh(2, 3), nn.Linear(3, 2)], ids=["above-one", "two-classes"])
def test_a_calibration_that_gives_no_probabilities_is_refused(calibration: nn.Module) -> None:
    with pytest.raises(ValueError, match="for 2 x 3 logits of 0; allowed: 2 x 3 probabilities"):
        explained(random_net(GAP_MLP), calibration)
