"""What holds for every method: shapes, class selection, refusals, and a network that is left as it was."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.training.saliency.tiny_nets import MapNet, PixelReluNet, images_of, small_cnn
from training.models.classifier import Classifier
from training.saliency import EXPLAINERS, ExplainerError, explain
from training.saliency.registry import settings_of

QUICK: dict[str, dict[str, Any]] = {"smoothgrad": {"samples": 2}, "ig": {"steps": 2}, "sig": {"samples": 2, "steps": 2}}
SPECIAL = ("cam", "wildcat", "spn")


def net_for(method: str) -> Classifier:
    if method == "cam":
        return PixelReluNet()
    if method in ("wildcat", "spn"):
        return MapNet(torch.rand(1, 3 if method == "wildcat" else 1, 2, 2), 3)
    return small_cnn()


def state_of(net: nn.Module) -> dict[str, Any]:
    return {
        "values": {name: value.clone() for name, value in net.state_dict().items()},
        "training": [module.training for module in net.modules()],
        "trained": [own.requires_grad for own in net.parameters()],
        "gradients": [None if own.grad is None else own.grad.clone() for own in net.parameters()],
        "hooks": [len(module._forward_hooks) + len(module._backward_hooks) for module in net.modules()],
    }


def same(a: Any, b: Any) -> bool:
    if isinstance(a, Tensor):
        return torch.equal(a, b)
    if isinstance(a, dict):
        return all(same(a[key], b[key]) for key in a)
    if isinstance(a, list):
        return all(same(x, y) for x, y in zip(a, b, strict=True))
    return bool(a == b)


@pytest.mark.parametrize("method", EXPLAINERS)
def test_explaining_changes_nothing_about_the_network_or_the_images(method: str) -> None:
    net, images = net_for(method), images_of()
    parameters = list(net.parameters())
    parameters[0].requires_grad_(False)
    parameters[-1].grad = torch.ones_like(parameters[-1])
    list(net.modules())[-1].eval()
    before, pixels = state_of(net), images.clone()
    maps = explain(method, net, images, **QUICK.get(method, {}))
    assert same(before, state_of(net))
    assert torch.equal(images, pixels)
    assert not images.requires_grad
    assert not maps.requires_grad


@pytest.mark.parametrize("method", EXPLAINERS)
def test_maps_are_float32_at_the_size_of_the_image_one_for_each_class_asked_for(method: str) -> None:
    net, images = net_for(method), images_of(2, 8)
    chosen = explain(method, net, images, [1, 0], **QUICK.get(method, {}))
    assert chosen.shape == (2, 2, 8, 8)
    assert chosen.dtype == torch.float32
    assert torch.allclose(chosen[:, :1], explain(method, net, images, [1], **QUICK.get(method, {})), atol=1e-7)


@pytest.mark.parametrize("method", EXPLAINERS)
def test_a_map_is_the_same_in_training_mode_under_inference_mode_and_under_autocast(method: str) -> None:
    # Lightning predicts under inference_mode, where gradients do not exist (trap 20).
    net, own = net_for(method), QUICK.get(method, {})
    expected = explain(method, net.eval(), images_of(), [0], **own)
    assert torch.equal(explain(method, net.train(), images_of(), [0], **own), expected)
    with torch.inference_mode():
        assert torch.equal(explain(method, net, images_of(), [0], **own), expected)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(explain(method, net, images_of(), [0], **own), expected)


@pytest.mark.parametrize("method", EXPLAINERS)
def test_a_class_that_the_network_does_not_have_is_refused(method: str) -> None:
    net = net_for(method)
    with pytest.raises(ExplainerError, match=rf"class {net.classes} is not one of 0\.\.{net.classes - 1}"):
        explain(method, net, images_of(), [net.classes])


def test_a_network_that_failed_to_explain_is_left_as_it_was() -> None:
    net = small_cnn()
    before = state_of(net)
    with pytest.raises(RuntimeError):
        explain("grad", net, torch.rand(1, 2, 8, 8))  # two channels
    assert same(before, state_of(net))


def test_unknown_methods_and_settings_are_refused_with_what_is_allowed() -> None:
    with pytest.raises(ExplainerError, match="explainer 'lime' is not one of gradcam, cam, grad, smoothgrad, ig, sig"):
        explain("lime", small_cnn(), images_of())
    with pytest.raises(ExplainerError, match="setting 'samples' of explainer 'ig' is not one of steps, batch"):
        explain("ig", small_cnn(), images_of(), samples=3)
    with pytest.raises(ExplainerError, match="setting 'x' of explainer 'grad' is not one of none"):
        explain("grad", small_cnn(), images_of(), x=3)


def test_the_defaults_are_those_of_the_design() -> None:
    assert settings_of("smoothgrad") | settings_of("ig") == {
        "samples": 25, "sigma": 0.15, "seed": 0, "batch": 10, "steps": 50,
    }  # fmt: skip
    assert {key: settings_of("sig")[key] for key in ("samples", "sigma", "steps")} == {
        "samples": 25, "sigma": 0.15, "steps": 50,
    }  # fmt: skip
