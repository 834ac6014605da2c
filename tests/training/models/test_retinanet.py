"""The detector baseline of 001 (methods.md §5.7)."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torchvision import models

from training.data.records import Box
from training.models.backbones import WeightsError
from training.models.model_registry import ModelTable, build_model, parameter_counts
from training.models.retinanet import NoGradcam, RetinaNetBaseline, image_score, score_map

SIZE = 64


@pytest.fixture(scope="module")
def detector() -> RetinaNetBaseline:
    torch.manual_seed(0)
    return build_model(ModelTable("retinanet", backbone="resnet18"), 1, 1, SIZE).eval()


@pytest.mark.parametrize(
    ("backbone", "millions"),
    [("resnet18", 19.2), ("resnet34", 29.3), ("resnet50", 32.2), ("resnet101", 51.1), ("resnet152", 66.7)],
)
def test_it_is_as_large_as_measured(backbone: str, millions: float) -> None:
    with torch.device("meta"):
        model = build_model(ModelTable("retinanet", backbone=backbone), 1, 1, 512)
    # The figures count frozen batch norms, whose weights are no parameters: at most .15 M of ResNet-152.
    assert parameter_counts(model)["total"] / 1e6 == pytest.approx(millions, abs=0.16)


def test_the_map_is_the_highest_score_that_covers_a_pixel() -> None:
    boxes = torch.tensor([[0.0, 0.0, 2.0, 2.0], [1.0, 1.0, 4.0, 3.0]])
    found = score_map(boxes, torch.tensor([0.25, 0.75]), 4, 4)
    expected = [[0.25, 0.25, 0, 0], [0.25, 0.75, 0.75, 0.75], [0, 0.75, 0.75, 0.75], [0, 0, 0, 0]]
    assert found.tolist() == expected
    assert image_score({"scores": torch.tensor([0.25, 0.75])}) == 0.75
    assert image_score({"scores": torch.zeros(0)}) == 0
    assert score_map(torch.zeros(0, 4), torch.zeros(0), 2, 3).tolist() == [[0.0] * 3] * 2


def test_its_outputs_are_those_of_its_boxes(detector: RetinaNetBaseline) -> None:
    images = torch.rand(2, 1, SIZE, SIZE)
    with torch.no_grad():
        outputs, found = detector(images), detector.detect(images)
    assert outputs.class_maps.shape == (2, 1, SIZE, SIZE)
    assert torch.allclose(
        outputs.logits[:, 0].sigmoid(), torch.stack([own["scores"].max() for own in found]), atol=1e-6
    )
    # no threshold: image scores of an untrained detector are near .01 and still differ (trap 23)
    assert outputs.logits[0] != outputs.logits[1]
    assert all((own["labels"] == 0).all() for own in found)


def test_a_step_learns_from_boxes_and_from_an_empty_image(detector: RetinaNetBaseline) -> None:
    detector.train()
    losses = detector.training_loss(torch.rand(2, 1, SIZE, SIZE), [[Box("lung_opacity", 4, 6, 30, 20)], []])
    losses["loss"].backward()
    detector.eval()
    assert set(losses) == {"classification", "bbox_regression", "loss"}
    assert losses["loss"].item() == pytest.approx(losses["classification"].item() + losses["bbox_regression"].item())
    assert detector.detector.head.classification_head.cls_logits.weight.grad.abs().max() > 0


def test_the_loss_of_a_validation_set_leaves_the_batch_norms_alone(detector: RetinaNetBaseline) -> None:
    norm = detector.detector.backbone.body.bn1
    before = norm.running_mean.clone()
    with torch.no_grad():
        detector.training_loss(torch.rand(2, 1, SIZE, SIZE), [[], []])
    assert torch.equal(norm.running_mean, before)
    assert not detector.detector.training


def test_start_weights_go_into_the_pyramids_trunk(tmp_path: Path) -> None:
    state = models.get_model("resnet18", weights=None).state_dict()
    torch.save(state, tmp_path / "resnet18.pt")
    model = build_model(ModelTable("retinanet", backbone="resnet18", weights=str(tmp_path / "resnet18.pt")), 1, 1, SIZE)
    body = model.detector.backbone.body
    assert torch.equal(body.conv1.weight, state["conv1.weight"])
    assert not body.conv1.weight.requires_grad
    with pytest.raises(WeightsError, match=r"lack \d+ of \d+ tensors of resnet34"):
        build_model(ModelTable("retinanet", backbone="resnet34", weights=str(tmp_path / "resnet18.pt")), 1, 1, SIZE)


def test_it_has_no_gradcam_and_takes_only_resnets(detector: RetinaNetBaseline) -> None:
    with pytest.raises(NoGradcam, match="explains itself by its boxes"), torch.no_grad():
        detector.gradcam(detector(torch.rand(1, 1, SIZE, SIZE)))
    with pytest.raises(ValueError, match="backbone 'vgg16' of model 'retinanet' is not one of resnet18"):
        build_model(ModelTable("retinanet", backbone="vgg16"), 1, 1, SIZE)
