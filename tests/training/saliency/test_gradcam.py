"""Grad-CAM by hand, and against captum and the definition."""

from __future__ import annotations

import pytest
import torch
from captum.attr import LayerGradCam

from tests.training.saliency.tiny_nets import PixelReluNet, images_of, small_cnn
from training.saliency import gradcam
from training.saliency.undisturbed import LogitsOf


def test_the_map_of_a_one_by_one_network_by_hand() -> None:
    # features 4x and 2; class 0: relu(4x + 1) / 4 pixels; class 1: relu(-4x + 4) / 4
    x = torch.tensor([[0.5, 1.0], [0.25, 0.75]])
    maps = gradcam.explain(PixelReluNet(), x[None, None])
    assert torch.allclose(maps[0, 0], (4 * x + 1) / 4)
    assert torch.allclose(maps[0, 1], (4 - 4 * x) / 4)


def test_it_is_captums_with_relu_brought_to_the_image_bilinearly() -> None:
    net, images = small_cnn(), images_of()
    maps = gradcam.explain(net, images)
    explainer = LayerGradCam(LogitsOf(net.eval()), net.trunk)
    for k in range(3):
        coarse = explainer.attribute(images, target=k, relu_attributions=True)
        expected = torch.nn.functional.interpolate(coarse, (8, 8), mode="bilinear")
        assert torch.allclose(maps[:, k], expected[:, 0], atol=1e-7)
    assert maps.shape == (2, 3, 8, 8)
    assert maps.max() > 0


def test_the_map_belongs_to_the_class_asked_for() -> None:
    net, images = small_cnn(), images_of()
    assert torch.equal(gradcam.explain(net, images, [2, 0]), gradcam.explain(net, images)[:, [2, 0]])


def test_the_calibration_of_a_logit_scales_the_map_and_nothing_else() -> None:
    net, images = PixelReluNet(), images_of(side=2)
    before = gradcam.explain(net, images)
    with torch.no_grad():
        net.head[2].bias.add_(7)
    assert torch.equal(gradcam.explain(net, images), before)
    assert before.sum().item() == pytest.approx(before.clamp(min=0).sum().item())
