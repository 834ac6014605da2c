"""The class maps of a WILDCAT network, brought to the image."""

from __future__ import annotations

import pytest
import torch

from tests.training.saliency.tiny_nets import LinearNet, MapNet, images_of
from training.saliency import ExplainerError, wildcat


def test_class_maps_keep_their_sign_and_are_interpolated_without_aligned_corners() -> None:
    # (-1, 3) to four columns, corners not aligned: -1, 0, 2, 3
    maps = torch.tensor([[[[-1.0, 3.0]], [[0.0, 1.0]]]])
    result = wildcat.explain(MapNet(maps, 2), images_of(2, 4), [0])
    assert result.shape == (2, 1, 4, 4)
    assert result[1, 0, 2].tolist() == [-1.0, 0.0, 2.0, 3.0]


@pytest.mark.parametrize("net", [LinearNet(), MapNet(torch.zeros(1, 1, 2, 2), 2)])
def test_a_network_without_a_map_per_class_is_refused(net: LinearNet | MapNet) -> None:
    with pytest.raises(ExplainerError, match="method 'wildcat' needs a map per class; "):
        wildcat.explain(net, images_of(1, 4))
