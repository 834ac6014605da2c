"""The reverse sweep against the hand oracle of methods.md §14.2 and against autograd for every head family."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from training.models.gap_mlp import gap_mlp
from training.models.reverse_sweep import ReverseSweep, UnknownHeadModule

CHANNELS, CELLS = 5, 6

HEADS = {
    "gap-linear": lambda: gap_mlp(CHANNELS, 3),
    "gap-mlp": lambda: gap_mlp(CHANNELS, 3, (7, 6), 0.5),
    "flatten": lambda: nn.Sequential(nn.Flatten(), nn.Linear(CHANNELS * CELLS * CELLS, 8), nn.ReLU(), nn.Linear(8, 3)),
    "vgg-fc": lambda: nn.Sequential(
        nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(CHANNELS * 16, 9), nn.ReLU(), nn.Dropout(), nn.Linear(9, 3)
    ),
    "max-pool": lambda: nn.Sequential(
        nn.MaxPool2d(3, 2), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(CHANNELS, 3)
    ),
    "average-pool": lambda: nn.Sequential(nn.AvgPool2d(2), nn.Flatten(), nn.Linear(CHANNELS * 9, 3)),
}


def reference(head: nn.Module, features: Tensor) -> tuple[Tensor, Tensor]:
    """Grad-CAM by its definition, one backward pass per class."""
    features = features.clone().requires_grad_(True)
    logits = head(features)
    maps = []
    for k in range(logits.shape[1]):
        (gradient,) = torch.autograd.grad(logits[:, k].sum(), features, retain_graph=True)
        maps.append(torch.relu((gradient.mean(dim=(2, 3), keepdim=True) * features).sum(dim=1)))
    return logits.detach(), torch.stack(maps, dim=1).detach()


def test_the_hand_oracle_of_the_design() -> None:
    # A1 = [[1,0],[0,1]], A2 = [[0,2],[2,0]], w = (1,-.5): cam [[1,-1],[-1,1]]; d z/d A_c = w_c/4, so Grad-CAM = relu(cam)/4.
    features = torch.tensor([[[[1.0, 0.0], [0.0, 1.0]], [[0.0, 2.0], [2.0, 0.0]]]])
    head = gap_mlp(2, 1)
    with torch.no_grad():
        head[-1].weight.copy_(torch.tensor([[1.0, -0.5]]))
    logits, cam = ReverseSweep(head, 2)(features)
    assert torch.equal(cam[0, 0], torch.tensor([[0.25, 0.0], [0.0, 0.25]]))
    # mean(cam) = logit - bias; here the signed cam has mean 0.
    assert logits.item() == pytest.approx(head[-1].bias.item())


@pytest.mark.parametrize("name", HEADS)
def test_the_sweep_equals_autograd(name: str) -> None:
    torch.manual_seed(0)
    head = HEADS[name]().eval().double()
    features = torch.relu(torch.randn(4, CHANNELS, CELLS, CELLS, dtype=torch.float64))
    expected_logits, expected = reference(head, features)
    logits, cam = ReverseSweep(head, CHANNELS).double()(features)
    assert torch.allclose(logits, expected_logits)
    assert (cam - expected).abs().max() <= 1e-9 * expected.abs().max()


@pytest.mark.parametrize(
    "head",
    [
        nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.BatchNorm1d(5), nn.Linear(5, 3)),
        nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(5, 4), nn.GELU(), nn.Linear(4, 3)),
        nn.Sequential(nn.AvgPool2d(3, 1, 1), nn.Flatten(), nn.Linear(5 * 36, 3)),
        nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.ReLU(), nn.Linear(5, 3)),
        nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(5, 3), nn.ReLU()),
        nn.Sequential(nn.Conv2d(5, 5, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(5, 3)),
    ],
    ids=["batch-norm", "gelu", "padded-average", "leading-relu", "trailing-relu", "convolution"],
)
def test_an_unknown_head_is_refused(head: nn.Sequential) -> None:
    with pytest.raises(UnknownHeadModule):
        ReverseSweep(head, 5)


def test_a_head_for_another_number_of_channels_is_refused() -> None:
    with pytest.raises(UnknownHeadModule, match="6 values, no multiple of 5"):
        ReverseSweep(gap_mlp(6, 3), 5)
