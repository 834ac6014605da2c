"""Whatever the exporter writes, a loader takes: the list of allowed operators against every network by name."""

from __future__ import annotations

import io

import onnx
import pytest
import torch
from torch import nn

from inference.calibration_forms import Beta, Ramps, ScaleBias
from inference.graph_checks import GRAPH_OPERATORS
from training.calibration.graph import graph_module
from training.explained import Explained, MergedEnsemble, explained, merge_ensemble
from training.explained.export import export_onnx
from training.models.backbones import BACKBONES
from training.models.model_registry import HEADS, MODELS, ModelTable, build_model
from training.run.per_class_net import PerClassNet

SIZE, CLASSES = 64, 3
WIDTHS = {"gap-mlp": (8,), "gap-mlp+wildcat": (8,), "flatten-mlp": (8,), "vgg-fc": (6, 6)}
OF_HEADS = {head: ModelTable("compact", head, WIDTHS.get(head, ()), width=4) for head in HEADS} | {
    "flatten-mlp": ModelTable("resnet18", "flatten-mlp", (8,))  # the compact trunk gives no shape without data
}
OF_MODELS = {name: ModelTable(name) for name in (*BACKBONES, "compact", "cnn1", "cnn2")} | {
    "fused": ModelTable("fused", width=8),
    "base": ModelTable("base", width=8),
    "mimo": ModelTable("mimo", backbone="resnet18"),
}
DEEPER = {
    "resnet34": "resnet18",
    "resnet101": "resnet50",
    "resnet152": "resnet50",
    "densenet169": "densenet121",
    "vgg19": "vgg16",
}
CALIBRATORS = {
    "scale and bias": ScaleBias(1.0, 0.0),
    "beta": Beta(1.0, 1.0, 0.0),
    "ramps": Ramps(((-1.0, 0.1), (0.0, 0.4), (1.0, 0.9))),
}


def graph_of(table: ModelTable, calibration: nn.Module | None = None) -> Explained:
    torch.manual_seed(0)
    return explained(build_model(table, CLASSES, 1, SIZE), calibration or nn.Sigmoid())


def written_for(graph: Explained | MergedEnsemble) -> set[str]:
    model = onnx.load(io.BytesIO(export_onnx(graph, SIZE, SIZE, {})))
    assert len(model.functions) == 0
    return {node.op_type for node in model.graph.node}


def test_every_network_that_is_exported_has_its_row() -> None:
    assert set(OF_MODELS) == set(MODELS) - {"retinanet"}  # a baseline that no bundle is made from


def test_what_repeats_branches_or_draws_lots_is_not_allowed() -> None:
    assert not GRAPH_OPERATORS & {"Loop", "Scan", "If", "SequenceMap", "RandomNormal", "RandomUniform", "Bernoulli"}


@pytest.mark.parametrize(("name", "sibling"), DEEPER.items())
def test_a_deeper_network_repeats_the_layers_of_its_sibling(name: str, sibling: str) -> None:
    layers = [
        {type(layer) for layer in build_model(ModelTable(own), CLASSES, 1, SIZE).modules()} for own in (name, sibling)
    ]
    assert layers[0] == layers[1]


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in OF_MODELS if name not in DEEPER])
def test_a_loader_takes_the_operators_of_a_network(name: str) -> None:
    assert written_for(graph_of(OF_MODELS[name])) <= GRAPH_OPERATORS


@pytest.mark.slow
@pytest.mark.parametrize("head", OF_HEADS)
def test_a_loader_takes_the_operators_of_a_head(head: str) -> None:
    assert written_for(graph_of(OF_HEADS[head])) <= GRAPH_OPERATORS


@pytest.mark.slow
@pytest.mark.parametrize("name", CALIBRATORS)
def test_a_loader_takes_the_operators_of_a_calibrator(name: str) -> None:
    calibration = graph_module([CALIBRATORS[name]] * CLASSES)
    assert written_for(graph_of(OF_HEADS["gap-linear"], calibration)) <= GRAPH_OPERATORS


@pytest.mark.slow
@pytest.mark.parametrize("task", ["single", "multilabel"])
def test_a_loader_takes_the_operators_of_an_ensemble(task: str) -> None:
    members = [graph_of(OF_HEADS["gap-linear"]), graph_of(OF_HEADS["gap-mlp"])]
    assert written_for(merge_ensemble(members, (1.0, 2.0), task)) <= GRAPH_OPERATORS


@pytest.mark.slow
def test_a_loader_takes_the_operators_of_one_network_per_class() -> None:
    torch.manual_seed(0)
    net = PerClassNet([build_model(OF_HEADS["gap-linear"], 1, 1, SIZE) for _ in range(2)])
    assert written_for(explained(net, nn.Sigmoid())) <= GRAPH_OPERATORS
