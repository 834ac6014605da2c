"""Guided Grad-CAM is its two factors, and captum's with bilinear interpolation."""

from __future__ import annotations

import pytest
import torch
from captum.attr import GuidedGradCam

from tests.training.saliency.tiny_nets import images_of, small_cnn
from training.saliency import gbp, ggcam, gradcam
from training.saliency.undisturbed import LogitsOf


def test_it_is_the_guided_gradient_times_grad_cam() -> None:
    net, images = small_cnn(), images_of()
    expected = gbp.explain(net, images) * gradcam.explain(net, images)
    assert torch.allclose(ggcam.explain(net, images), expected, atol=1e-9)
    assert expected.max() > 0


@pytest.mark.filterwarnings("ignore::UserWarning:captum")
def test_it_is_captums() -> None:
    net, images = small_cnn().eval(), images_of()
    explainer = GuidedGradCam(LogitsOf(net), net.trunk)
    expected = explainer.attribute(images, target=1, interpolate_mode="bilinear").detach().abs()
    assert torch.allclose(ggcam.explain(net, images, [1]), expected, atol=1e-9)
