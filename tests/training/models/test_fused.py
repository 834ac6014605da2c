"""Fused and Base of 003 against the sizes and rules of methods.md §5.4."""

from __future__ import annotations

import torch

from training.models.fused import ChannelLayerNorm
from training.models.model_registry import ModelTable, build_model


def test_the_maps_have_the_papers_sizes() -> None:
    with torch.device("meta"):
        model = build_model(ModelTable("fused"), 4, 1, 250).eval()
        outputs = model(torch.empty(1, 1, 250, 250))
    first, second = outputs.feature_parts
    assert (first.shape[1:], second.shape[1:]) == ((96, 27, 27), (256, 13, 13))
    assert outputs.features.shape[1:] == (256, 13, 13)
    assert model.head_input(outputs.features, outputs.feature_parts).shape[1:] == (608, 6, 6)
    assert model.trunk.input[1].side == 227


def test_layer_norm_is_over_the_channels_of_each_pixel() -> None:
    values = torch.tensor([[1.0, 3.0], [-2.0, 2.0]]).T.reshape(1, 2, 1, 2)  # pixels (1,3) and (-2,2)
    norm = ChannelLayerNorm(2)
    assert sum(own.numel() for own in norm.parameters()) == 4
    # (1 - 2) / sqrt(1 + .001), (-2 - 0) / sqrt(4 + .001)
    expected = torch.tensor([[-0.9995, 0.9995], [-0.999875, 0.999875]]).T.reshape(1, 2, 1, 2)
    assert torch.allclose(norm(values), expected, atol=1e-5)


def test_branches_are_taken_before_the_norm_and_only_fused_reads_them() -> None:
    torch.manual_seed(0)
    images = torch.rand(1, 1, 96, 96)
    fused = build_model(ModelTable("fused", width=8, resizer=0), 2, 1, 96).eval()
    base = build_model(ModelTable("base", width=8, resizer=0), 2, 1, 96).eval()
    outputs = fused(images)
    assert torch.equal(outputs.feature_parts[0], fused.trunk.first(fused.trunk.input(images)))
    assert base(images).feature_parts == ()
    assert base.head[2].in_features == 256
