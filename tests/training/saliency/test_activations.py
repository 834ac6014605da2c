"""Outputs of the layers, their picture, and the heat map of the top class (003 §6)."""

from __future__ import annotations

import torch

from tests.training.saliency.tiny_nets import images_of, small_cnn
from training.saliency import activations, gradcam


def test_the_heat_map_is_grad_cam_of_each_images_top_class() -> None:
    net, images = small_cnn(), images_of(6)
    maps = activations.explain(net, images)
    top = net.eval()(images).logits.argmax(dim=1)
    with torch.no_grad():
        net.head[-1].bias[:] = -net.head[-1].bias  # another ranking: another class's map
    for row, k in enumerate(top.tolist()):
        assert torch.equal(maps[row, 0], gradcam.explain(net, images)[row, k])
    assert torch.equal(activations.explain(net, images, [1]), gradcam.explain(net, images, [1]))


def test_every_convolution_and_pooling_is_recorded_in_order_with_its_own_relu() -> None:
    net, images = small_cnn(), images_of()
    outputs = activations.layer_outputs(net, images)
    assert list(outputs) == ["trunk.0", "trunk.3", "trunk.4", "head.0"]
    net.eval()
    assert torch.equal(outputs["trunk.0"], net.trunk[:3](images))
    assert torch.equal(outputs["trunk.3"], net.trunk[:4](images))
    assert torch.equal(outputs["trunk.4"], net.trunk(images))
    assert not any(module._forward_hooks for module in net.modules())


def test_the_shown_layers_are_the_first_third_and_last_convolution() -> None:
    net = small_cnn()
    assert list(activations.shown_layers(net, activations.layer_outputs(net, images_of()))) == ["trunk.0", "trunk.4"]
    net.trunk.extend([torch.nn.Conv2d(6, 6, 1) for _ in range(3)])
    shown = activations.shown_layers(net, activations.layer_outputs(net, images_of()))
    assert list(shown) == ["trunk.0", "trunk.6", "trunk.8"]


def test_the_grid_stretches_each_map_and_leaves_flat_ones_black() -> None:
    maps = torch.tensor([[[0.0, 2.0]], [[-1.0, 0.0]], [[7.0, 7.0]]])
    grid = activations.activation_grid(maps)
    # two columns of two pixels and one between; the second row holds the flat map and an empty place
    assert grid.tolist() == [[0.0, 1.0, 0.0, 0.0, 1.0], [0.0] * 5, [0.0] * 5]
