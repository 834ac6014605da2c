"""Several classifiers as one graph (methods.md §11)."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from training.explained import Explained, MergedEnsemble, explained, merge_ensemble
from training.explained.export import export_checked, run_onnx
from training.models.model_registry import ModelTable, build_model

IMAGES = torch.rand(3, 1, 64, 64, generator=torch.Generator().manual_seed(0))


def member(seed: int, size: int, classes: int = 2, **table: object) -> Explained:
    torch.manual_seed(seed)
    net = build_model(ModelTable("compact", width=4, **table), classes, 1, size)  # type: ignore[arg-type]
    return explained(net, nn.Softmax(dim=1))


def two_sizes() -> MergedEnsemble:
    """Maps of 4 x 4 and of 2 x 2 cells."""
    return merge_ensemble([member(1, 64), member(2, 32, head="gap-mlp", widths=(8,))], (1.0, 3.0), "single")


def named(graph: nn.Module, images: Tensor) -> dict[str, Tensor]:
    with torch.no_grad():
        return dict(zip(graph.OUTPUTS, graph(images), strict=True))


def test_probabilities_are_the_weighted_mean_of_members_at_their_own_size() -> None:
    graph = two_sizes().eval()
    small = functional.interpolate(IMAGES, (32, 32), mode="bilinear", align_corners=False)
    first, second = (named(own, images) for own, images in zip(graph.members, (IMAGES, small), strict=True))
    outputs = named(graph, IMAGES)
    expected = 0.25 * first["probabilities"] + 0.75 * second["probabilities"]
    assert torch.allclose(outputs["probabilities"], expected)
    assert torch.allclose(outputs["logits"].softmax(dim=1), expected, atol=1e-6)
    assert torch.equal(outputs["embedding"], second["embedding"])  # of the member with the largest weight


def test_maps_are_divided_by_the_images_maximum_enlarged_and_averaged() -> None:
    graph = two_sizes().eval()
    small = functional.interpolate(IMAGES, (32, 32), mode="bilinear", align_corners=False)
    first, second = named(graph.members[0], IMAGES)["gradcam"], named(graph.members[1], small)["gradcam"]
    scaled = [own / own.flatten(1).max(dim=1).values.reshape(-1, 1, 1, 1) for own in (first, second)]
    enlarged = functional.interpolate(scaled[1], (4, 4), mode="bilinear", align_corners=False)
    assert graph.grid == (4, 4)
    assert torch.allclose(named(graph, IMAGES)["gradcam"], 0.25 * scaled[0] + 0.75 * enlarged, atol=1e-6)


def test_a_member_without_evidence_adds_darkness_and_nothing_else() -> None:
    dark = member(1, 64)
    with torch.no_grad():
        dark.net.head[-1].weight.fill_(-1.0)
    graph = merge_ensemble([explained(dark.net, nn.Softmax(dim=1)), member(2, 64)], (1, 1), "single").eval()
    maps = named(graph, IMAGES)["gradcam"]
    assert torch.isfinite(maps).all()
    assert maps.amax(dim=(1, 2, 3)).tolist() == pytest.approx([0.5] * 3)


def test_logits_of_independent_findings_are_log_odds() -> None:
    torch.manual_seed(0)
    net = build_model(ModelTable("compact", width=4), 2, 1, 64)
    outputs = named(merge_ensemble([explained(net, nn.Sigmoid())], (1,), "multilabel").eval(), IMAGES)
    assert torch.allclose(outputs["logits"].sigmoid(), outputs["probabilities"], atol=1e-6)


@pytest.mark.slow
def test_the_merged_graph_is_exported_exactly() -> None:
    graph = two_sizes()
    onnx_bytes, differences = export_checked(graph, graph, (64, 64), {"sightline.name": "merged"}, IMAGES.numpy())
    assert set(differences) == {*MergedEnsemble.OUTPUTS, "autograd"}
    assert max(differences.values()) < 1e-4
    outputs = run_onnx(onnx_bytes, IMAGES[:1].numpy())
    assert outputs["gradcam"].shape == (1, 2, 4, 4)
    assert np.allclose(outputs["probabilities"].sum(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize(
    ("weights", "task", "message"),
    [
        ((1.0,), "single", "1 weights for 2 members; allowed: one each"),
        ((1.0, -0.5), "single", r"weights \[1.0, -0.5\]; allowed are finite values from 0 on, not all 0"),
        ((0.0, 0.0), "single", "not all 0"),
        ((float("nan"), 1.0), "single", "allowed are finite values"),
        ((1.0, 1.0), "softmax", "task 'softmax' is not one of multilabel, single"),
    ],
)
def test_weights_and_tasks_that_do_not_suit_are_refused(weights: tuple[float, ...], task: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        merge_ensemble([member(1, 32), member(2, 32)], weights, task)


def test_members_of_other_classes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"members have \[2, 3\] classes; allowed: the same number each"):
        merge_ensemble([member(1, 32), member(2, 32, classes=3)], (1, 1), "single")
