"""Guided backpropagation by hand, and its difference from the gradient (methods.md trap 12)."""

from __future__ import annotations

import pytest
import torch

from tests.training.saliency.tiny_nets import LinearNet, PixelReluNet, images_of, small_cnn
from training.saliency import ExplainerError, gbp, grad


def test_negative_gradients_end_at_every_relu_by_hand() -> None:
    # Class 1: W = (-1, 2) over 4 pixels, so -.25 and .5 arrive at the outer ReLU: guided (0, .5); plain (-.25, .5).
    # Through V: guided (.5, .5); plain (3 * -.25 + .5, .25 + .5) = (-.25, .75), positive in part. Through U = (1, -1):
    # guided .5 - .5 = 0; plain -.25 - .75 = -1, the derivative of the mean of -4x.
    net, images = PixelReluNet(), images_of(1, 2).clamp(min=0.1)
    assert torch.allclose(gbp.guided_gradients(net, images, [1]), torch.zeros(1, 1, 1, 2, 2))
    assert torch.allclose(grad.gradients(net, images, [1]), torch.full((1, 1, 1, 2, 2), -1.0))
    # Class 0: W = (1, .5): .25 and .125 arrive; V: (.75 + .125, -.25 + .125); the second is negative and ends, so
    # guided .875; plain .875 + .125 = 1.
    assert torch.allclose(gbp.explain(net, images, [0]), torch.full((1, 1, 2, 2), 0.875))
    assert torch.allclose(grad.explain(net, images, [0]), torch.ones(1, 1, 2, 2))


def test_it_is_not_the_gradient_on_a_network_with_relus() -> None:
    net, images = small_cnn(), images_of(4, 16)
    guided, plain = gbp.guided_gradients(net, images).flatten(), grad.gradients(net, images).flatten()
    assert torch.corrcoef(torch.stack([guided, plain]))[0, 1] < 0.9


def test_the_hooks_are_gone_afterwards() -> None:
    net, images = small_cnn(), images_of()
    before = grad.explain(net, images)
    gbp.explain(net, images)
    assert torch.equal(grad.explain(net, images), before)


def test_a_network_without_relu_modules_is_refused_instead_of_giving_its_gradient() -> None:
    with pytest.raises(ExplainerError, match=r"method 'gbp' needs nn\.ReLU modules; LinearNet runs none"):
        gbp.explain(LinearNet(), images_of(1, 4))
