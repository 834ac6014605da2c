"""A one-headed classifier is exported with exact maps, or not at all."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from training.explained_classifier import ExplainedClassifier
from training.explained_graph import UnknownHeadModule
from training.export import ExportMismatch, export_checked, run_onnx
from training.models.backbones import Backbone
from training.models.gap_mlp import gap_mlp
from training.models.one_head_net import OneHeadNet
from training.models.vgg_fc import vgg_fc

SIZE = 56
IMAGES = np.random.default_rng(0).random((3, 1, SIZE, SIZE)).astype(np.float32)


def tiny_net(head: nn.Sequential) -> OneHeadNet:
    """Five channels on 7 x 7 cells."""
    features = nn.Sequential(nn.Conv2d(3, 5, 3, 2, 1), nn.ReLU6(inplace=True), nn.AvgPool2d(4))
    return OneHeadNet(Backbone(features, 5), head).eval()


def graph_of(net: OneHeadNet) -> ExplainedClassifier:
    return ExplainedClassifier(net, torch.tensor([1.0, 2.0, 0.5]), torch.tensor([0.0, -1.0, 1.0])).eval()


@pytest.mark.parametrize("head", ["gap-linear", "gap-mlp", "vgg-fc"])
def test_the_exported_classifier_is_exact(head: str) -> None:
    torch.manual_seed(3)
    heads = {"gap-linear": gap_mlp(5, 3), "gap-mlp": gap_mlp(5, 3, (6, 6), 0.5), "vgg-fc": vgg_fc(5, 3, (9, 8))}
    net = tiny_net(heads[head])
    onnx_bytes, differences = export_checked(net, graph_of(net), (SIZE, SIZE), {"sightline.name": "tiny"}, IMAGES)
    outputs = run_onnx(onnx_bytes, IMAGES[:1])
    assert {name: value.shape for name, value in outputs.items()} == {
        "probabilities": (1, 3),
        "logits": (1, 3),
        "gradcam": (1, 3, 7, 7),
        "embedding": (1, 5),
    }
    assert set(differences) == {*ExplainedClassifier.OUTPUTS, "autograd"}
    assert max(differences.values()) < 1e-5


def test_a_wrong_reverse_sweep_is_not_exported() -> None:
    torch.manual_seed(3)
    net = tiny_net(vgg_fc(5, 3, (9,)))
    graph = graph_of(net)
    graph.sweep.get_buffer("first_weight_summed").mul_(1.01)
    with pytest.raises(ExportMismatch, match=r"in-graph Grad-CAM and autograd differ by .*e-0\d of the maximum"):
        export_checked(net, graph, (SIZE, SIZE), {}, IMAGES)


@pytest.mark.parametrize(
    "module", [nn.BatchNorm1d(5), nn.GELU(), nn.Sigmoid(), nn.LayerNorm(5)], ids=lambda own: type(own).__name__
)
def test_an_unknown_module_of_a_head_is_named(module: nn.Module) -> None:
    head = nn.Sequential(*gap_mlp(5, 3)[:2], nn.Linear(5, 5), module, nn.Linear(5, 3))
    with pytest.raises(UnknownHeadModule, match=type(module).__name__):
        graph_of(tiny_net(head))
