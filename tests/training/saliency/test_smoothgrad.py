"""SmoothGrad: nothing to smooth on a linear network, and a mean over known draws on another."""

from __future__ import annotations

import torch

from tests.training.saliency.tiny_nets import LinearNet, images_of, small_cnn
from training.saliency import grad, smoothgrad


def test_on_a_linear_network_it_is_the_gradient() -> None:
    net, images = LinearNet(), images_of(2, 4)
    assert torch.allclose(smoothgrad.explain(net, images), grad.explain(net, images), atol=1e-6)


def test_it_is_the_size_of_the_mean_gradient_over_gaussian_copies_of_the_image() -> None:
    net, image = small_cnn(), images_of(1)
    maps = smoothgrad.explain(net, image, [2], samples=4, sigma=0.2, seed=5, batch=4)
    torch.manual_seed(5)
    noise = torch.normal(0.0, torch.full((4, 1, 8, 8), 0.2 * float(image.max() - image.min())))
    expected = grad.gradients(net, image + noise, [2]).mean(dim=0).abs()[0, 0]
    assert torch.allclose(maps[0, 0], expected, atol=1e-7)
    assert not torch.allclose(maps, grad.explain(net, image, [2]), atol=1e-4)


def test_a_map_does_not_depend_on_its_company_and_the_random_state_is_left_alone() -> None:
    net, images = small_cnn(), images_of(3)
    torch.manual_seed(9)
    expected = torch.rand(2)
    torch.manual_seed(9)
    maps = smoothgrad.explain(net, images, samples=3)
    assert torch.equal(torch.rand(2), expected)
    assert torch.allclose(maps[1:2, 1:2], smoothgrad.explain(net, images[1:2], [1], samples=3), atol=1e-7)


def test_an_image_of_one_value_has_no_noise() -> None:
    net, flat = small_cnn(), torch.full((1, 1, 8, 8), 0.5)
    assert torch.allclose(smoothgrad.explain(net, flat, samples=2), grad.explain(net, flat), atol=1e-7)
