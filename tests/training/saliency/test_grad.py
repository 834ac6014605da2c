"""Gradient saliency of a linear network, whose gradient is its weights."""

from __future__ import annotations

import torch

from tests.training.saliency.tiny_nets import LinearNet, images_of, small_cnn
from training.saliency import grad


def test_the_map_of_a_linear_network_is_the_size_of_its_weights() -> None:
    net = LinearNet()
    maps = grad.explain(net, images_of(3, 4))
    assert torch.allclose(maps, net.gradient[:, 0].abs().expand(3, 2, 4, 4))


def test_of_three_channels_the_largest_counts() -> None:
    net = LinearNet(channels=3)
    maps = grad.explain(net, images_of(1, 4, channels=3), [1])
    assert torch.allclose(maps[0, 0], net.gradient[1].abs().max(dim=0).values)


def test_the_gradient_agrees_with_finite_differences() -> None:
    net, images = small_cnn().double(), images_of(1).double()
    gradients = grad.gradients(net, images, [1])
    step = torch.zeros_like(images)
    step[0, 0, 3, 5] = 1e-5
    net.eval()
    difference = (net(images + step).logits - net(images - step).logits)[0, 1] / 2e-5
    assert torch.allclose(gradients[0, 0, 0, 3, 5], difference, rtol=1e-5)
