"""Smoothed integrated gradients: integrated gradients without noise, and their mean with it."""

from __future__ import annotations

import torch

from tests.training.saliency.tiny_nets import LinearNet, images_of, small_cnn
from training.saliency import ig, sig


def test_without_noise_it_is_integrated_gradients() -> None:
    net, images = small_cnn(), images_of(2)
    maps = sig.explain(net, images, [1], samples=2, sigma=0.0, steps=6)
    assert torch.allclose(maps, ig.explain(net, images, [1], steps=6), atol=1e-6)


def test_on_a_linear_network_it_is_weight_times_the_mean_noisy_pixel() -> None:
    net, image = LinearNet(), images_of(1, 4)
    maps = sig.explain(net, image, samples=3, sigma=0.3, steps=2, seed=4)
    torch.manual_seed(4)
    spread = torch.full((1, 1, 4, 4), 0.3 * float(image.max() - image.min()))
    noise = torch.stack([torch.normal(0.0, spread) for _ in range(3)]).mean(dim=0)
    assert torch.allclose(maps, ((image + noise) * net.gradient[:, 0]).abs(), atol=1e-6)
