"""The methods on torchvision's networks, where hooks have gone wrong before (methods.md traps 12, 18)."""

from __future__ import annotations

import pytest
import torch

from tests.training.saliency.tiny_nets import images_of
from training.models.model_registry import ModelTable, build_model
from training.saliency import gbp, grad, gradcam, spn, wildcat


@pytest.mark.parametrize("name", ["resnet18", "densenet121", "mobilenet_v2"])
def test_guided_backpropagation_is_not_the_gradient(name: str) -> None:
    # 001 printed the same AUPRC for both on all seven ResNets and DenseNets.
    torch.manual_seed(0)
    net, images = build_model(ModelTable(name), 2, size=64), images_of(1, 64)
    guided, plain = gbp.guided_gradients(net, images, [1]), grad.gradients(net, images, [1])
    assert torch.corrcoef(torch.stack([guided.flatten(), plain.flatten()]))[0, 1] < 0.7
    assert guided.abs().max() > 0


def test_a_wildcat_network_shows_its_class_maps() -> None:
    torch.manual_seed(0)
    net, images = build_model(ModelTable("resnet18", "wildcat"), 2, size=64), images_of(2, 64)
    maps = wildcat.explain(net, images, [1])
    own = net.eval()(images).class_maps[:, 1:]
    assert torch.allclose(maps.mean(), own.mean(), atol=1e-5)
    assert gradcam.explain(net, images).shape == (2, 2, 64, 64)


def test_an_spn_network_shows_its_one_map() -> None:
    torch.manual_seed(0)
    net, images = build_model(ModelTable("resnet18", "spn"), 2, size=64), images_of(1, 64)
    maps = spn.explain(net, images)
    assert torch.equal(maps, net.eval()(images).class_maps.expand(1, 2, 64, 64))
    assert 0 <= maps.min() <= maps.max() <= 1
