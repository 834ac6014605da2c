"""Integrated gradients: closed form on a linear network, completeness on another."""

from __future__ import annotations

import torch

from tests.training.saliency.tiny_nets import LinearNet, images_of, small_cnn
from training.saliency import ig


def test_on_a_linear_network_it_is_weight_times_pixel_from_black_before_standardisation() -> None:
    # x0 = 0 in [0,1]: (x - 0) * W / std, not (x - mean) * W / std
    net, images = LinearNet(), images_of(2, 4)
    attributions = ig.integrated_gradients(net, images, steps=3)
    assert torch.allclose(attributions[:, :, 0], images * net.gradient[:, 0], atol=1e-6)
    assert torch.allclose(ig.explain(net, images, steps=3), (images * net.gradient[:, 0]).abs(), atol=1e-6)


def test_the_attributions_add_up_to_the_logit_over_that_of_black() -> None:
    net, images = small_cnn().double(), images_of(3).double()
    attributions = ig.integrated_gradients(net, images, steps=400, batch=100)
    net.eval()
    expected = net(images).logits - net(torch.zeros_like(images)).logits
    assert torch.allclose(attributions.sum(dim=(2, 3, 4)), expected, atol=2e-3)  # jumps at ReLUs, 400 steps
    assert expected.abs().min() > 1e-3


def test_the_size_of_a_pass_changes_nothing() -> None:
    net, images = small_cnn(), images_of(2)
    assert torch.allclose(
        ig.explain(net, images, [0], steps=8, batch=3), ig.explain(net, images, [0], steps=8), atol=1e-6
    )
