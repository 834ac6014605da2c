"""Every ReLU of every backbone is a module of its own that hooks can trust (methods.md traps 12, 17, 18)."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from captum.attr import GuidedBackprop
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torchvision import models

from benchmarks.random_classifier import PlainLogits, random_classifier, random_images
from training.models.backbones import BACKBONES, build_backbone
from training.models.backbones.relu_modules import ClampAtSix, separate_relus
from training.models.model_registry import ModelTable

SIZE = 64
FAMILIES = ("densenet121", "resnet18", "resnet50", "vgg16", "mobilenet_v2", "mnasnet1_0")


class _Rectifiers(TorchDispatchMode):
    """Counts what really rectifies during a forward pass, modules or not."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = str(function)
        if any(word in name for word in ("relu", "hardtanh")):
            self.seen.append(name)
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("name", BACKBONES)
def test_each_relu_module_is_called_once_and_nothing_else_rectifies(name: str) -> None:
    with torch.device("meta"):
        trunk = build_backbone(name).eval()
    relus = [module for module in trunk.modules() if isinstance(module, nn.ReLU)]
    calls = []
    for module in relus:
        module.register_forward_hook(lambda own, inputs, output: calls.append(own))
    with _Rectifiers() as rectifiers, torch.no_grad():
        trunk(torch.empty(1, 1, SIZE, SIZE, device="meta"))
    assert len(calls) == len(set(calls)) == len(relus)
    assert rectifiers.seen == ["aten.relu.default"] * len(relus)
    assert not any(isinstance(module, nn.ReLU6) for module in trunk.modules())


@pytest.mark.parametrize("name", FAMILIES)
def test_hooks_see_what_a_relu_was_given(name: str) -> None:
    # In place, the output would lie where the input was.
    net = random_classifier(ModelTable(name), SIZE)
    seen: list[tuple[Tensor, Tensor]] = []
    for module in net.trunk.modules():
        if isinstance(module, nn.ReLU):
            module.register_forward_hook(lambda own, inputs, output: seen.append((inputs[0], output)))
    features = net.trunk(random_images(1, SIZE))
    assert all(inputs.data_ptr() != output.data_ptr() for inputs, output in seen)
    assert all(torch.equal(output, inputs.clamp(min=0)) for inputs, output in seen)
    assert (seen[-1][0] < 0).any()
    assert features.min() >= 0


class _GuidedRelu(torch.autograd.Function):
    """Springenberg et al. 2015: the gradient passes where both it and the activation are positive."""

    @staticmethod
    def forward(context: Any, x: Tensor) -> Tensor:
        context.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> Tensor:
        (x,) = context.saved_tensors
        return gradients[0].clamp(min=0) * (x > 0)


def guided_gradient(net: nn.Module, images: Tensor, k: int) -> Tensor:
    """Guided backprop without hooks. Changes `net`."""
    for module in net.modules():
        if isinstance(module, nn.ReLU):
            module.forward = _GuidedRelu.apply
    images = images.clone().requires_grad_(True)
    return torch.autograd.grad(net(images)[:, k].sum(), images)[0]


@pytest.mark.filterwarnings("ignore:Setting backward hooks")
@pytest.mark.parametrize("name", FAMILIES)
def test_guided_backprop_hooks_fire_at_every_relu(name: str) -> None:
    # Trap 12: with hooks that never fire, guided backprop is the plain gradient.
    net, images = PlainLogits(random_classifier(ModelTable(name), SIZE)), random_images(1, SIZE)
    attribution = GuidedBackprop(net).attribute(images.clone().requires_grad_(True), target=3)
    expected = guided_gradient(net, images, 3)
    assert (attribution - expected).abs().max() <= 1e-5 * expected.abs().max()
    assert expected.abs().max() > 0


def test_relu6_is_relu_then_clamp() -> None:
    own = separate_relus(nn.Sequential(nn.ReLU6(inplace=True)))
    assert own(torch.tensor([-1.0, 2.0, 7.0])).tolist() == [0.0, 2.0, 6.0]
    assert isinstance(own[0][1], ClampAtSix)


@pytest.mark.parametrize("name", ["densenet121", "resnet18", "resnet50", "mobilenet_v2", "mnasnet1_0", "vgg19"])
def test_the_features_are_torchvisions(name: str) -> None:
    torch.manual_seed(0)
    original, own = models.get_model(name, weights=None).eval(), build_backbone(name).eval()
    source = original.features if hasattr(original, "features") else getattr(original, "layers", original)
    own.features.load_state_dict(source.state_dict(), strict=not name.startswith("resnet"))
    images = random_images(1, SIZE)
    with torch.no_grad():
        colour = own.input(images)
        if name.startswith("resnet"):
            found, expected = own(images).mean(dim=(2, 3)), nn.Sequential(*list(original.children())[:-1])(colour)
        else:
            found, expected = own(images), torch.relu(source(colour))
    assert torch.allclose(found, expected.reshape(found.shape), rtol=1e-5, atol=1e-6 * float(expected.max()))
