"""A kind of map is a row of the table and a maker: with both, the graph gives it and the exporter compares it."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from inference.map_layers import MAP_LAYERS
from training.explained import explained
from training.explained.export import TOLERANCE
from training.explained.map_makers import MAKER_OF_METHOD, MAP_MAKERS, MapMaker
from training.models.classifier import Classifier, ModelOutputs
from training.models.model_registry import ModelTable, build_model
from training.saliency.registry import EXPLAINERS


@pytest.fixture
def net() -> Classifier:
    torch.manual_seed(4)
    return build_model(ModelTable("compact", "gap-linear", width=4), 3, 1, 64, (0.5,), (0.25,)).eval()


def test_every_row_of_the_table_has_its_maker_and_its_tolerance() -> None:
    assert list(MAP_MAKERS) == list(MAP_LAYERS)
    assert {kind: TOLERANCE[kind] for kind in MAP_MAKERS} == {"gradcam": 1e-3, "classmaps": 1e-3}


def test_the_pointing_of_every_kind_can_be_measured() -> None:
    assert {method for maker in MAP_MAKERS.values() for method in maker.methods[1:]} <= set(EXPLAINERS)
    assert list(MAKER_OF_METHOD) == ["gradcam", "wildcat"]


@pytest.mark.parametrize(
    ("kind", "head", "method", "explains"),
    [
        ("gradcam", "gap-mlp", "gradcam", "gap-mlp"),
        ("gradcam", "wildcat", "gradcam", "wildcat"),
        ("classmaps", "gap-mlp", "wildcat", "wildcat"),
        ("classmaps", "wildcat", "wildcat", "wildcat"),
        ("classmaps", "spn", "spn", "spn"),
    ],
)
def test_a_kind_knows_its_explainer_and_its_head(kind: str, head: str, method: str, explains: str) -> None:
    assert (MAP_MAKERS[kind].method(head), MAP_MAKERS[kind].head(head)) == (method, explains)


def test_the_graph_gives_every_further_kind_that_the_network_has(
    net: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    def energy(net: Classifier, outputs: ModelOutputs) -> Tensor:
        return outputs.features.square().mean(dim=1, keepdim=True)

    def nothing(net: Classifier, outputs: ModelOutputs) -> None:
        return None

    monkeypatch.setitem(MAP_MAKERS, "energy", MapMaker(energy, "features", ("energy",)))
    monkeypatch.setitem(MAP_MAKERS, "nothing", MapMaker(nothing, "features", ("nothing",)))
    graph = explained(net, nn.Sigmoid())
    images = torch.rand(2, 1, 64, 64)
    with torch.no_grad():
        said = dict(zip(graph.OUTPUTS, graph(images), strict=True))
        expected = energy(net, net(images))
    assert graph.OUTPUTS == ("probabilities", "logits", "gradcam", "energy", "embedding")
    assert graph.grids["energy"] == tuple(expected.shape[2:])
    assert graph.class_agnostic == {"energy"}
    assert said["energy"].shape[:2] == (2, 3)
    for k in range(3):
        torch.testing.assert_close(said["energy"][:, k : k + 1], expected)
