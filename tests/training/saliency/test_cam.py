"""Class activation maps: the oracle of methods.md §14.2."""

from __future__ import annotations

import pytest
import torch

from tests.training.saliency.tiny_nets import PixelReluNet, images_of, small_cnn
from training.saliency import ExplainerError, cam


def test_the_hand_oracle_of_the_design() -> None:
    # A1 = [[1,0],[0,1]], A2 = [[0,2],[2,0]], w = (1, -.5): [[1,-1],[-1,1]]
    net = PixelReluNet()
    with torch.no_grad():
        net.head[2].weight[0] = torch.tensor([1.0, -0.5])
    features = torch.tensor([[[[1.0, 0.0], [0.0, 1.0]], [[0.0, 2.0], [2.0, 0.0]]]])
    assert cam.class_activation_maps(net, features)[0, 0].tolist() == [[1.0, -1.0], [-1.0, 1.0]]


def test_the_mean_of_a_map_is_the_logit_without_its_bias() -> None:
    net, images = PixelReluNet(), images_of(side=2)
    means = cam.explain(net, images).mean(dim=(2, 3))
    assert torch.allclose(means, net(images).logits - net.head[2].bias)
    assert (cam.explain(net, images) < 0).any() or means.min() >= 0


def test_any_other_head_is_refused() -> None:
    with pytest.raises(ExplainerError, match="method 'cam' needs a gap-linear head; SweptNet has another"):
        cam.explain(small_cnn(), images_of())
