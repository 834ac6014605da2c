"""The one map of an SPN stands for every class."""

from __future__ import annotations

import pytest
import torch

from tests.training.saliency.tiny_nets import LinearNet, MapNet, images_of
from training.saliency import ExplainerError, spn


def test_the_map_is_that_of_every_class() -> None:
    own = torch.rand(1, 1, 4, 4)
    maps = spn.explain(MapNet(own, 3), images_of(2, 4), [0, 2])
    assert torch.equal(maps, own.expand(2, 2, 4, 4))


@pytest.mark.parametrize("net", [LinearNet(), MapNet(torch.zeros(1, 3, 2, 2), 3)])
def test_a_network_without_such_a_map_is_refused(net: LinearNet | MapNet) -> None:
    with pytest.raises(ExplainerError, match="method 'spn' needs a class-agnostic map; "):
        spn.explain(net, images_of(1, 4))
