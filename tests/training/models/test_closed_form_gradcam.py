"""Closed-form Grad-CAM of every kind of network equals its definition by autograd (methods.md §14.2)."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from training.explained.definition import classifier_gradcam
from training.models.classifier import Classifier
from training.models.model_registry import ModelTable, build_model
from training.models.spn import SpnSettings
from training.models.wildcat import WildcatSettings

TABLES = {
    "gap-linear": (ModelTable("resnet18"), 64),
    "gap-mlp": (ModelTable("densenet121", "gap-mlp", (16, 16)), 64),
    "flatten-mlp": (ModelTable("resnet18", "flatten-mlp", (16,)), 96),
    "vgg-fc": (ModelTable("vgg16", "vgg-fc", (16, 16)), 96),
    "wildcat-half": (ModelTable("resnet18", "wildcat"), 128),
    "wildcat-weighted": (ModelTable("resnet18", "wildcat", wildcat=WildcatSettings(combine="weighted", kmax=3)), 128),
    "wildcat-top": (ModelTable("resnet18", "wildcat", wildcat=WildcatSettings(kmin=0)), 128),
    "spn-code": (ModelTable("resnet18", "spn"), 64),
    "spn-report": (ModelTable("resnet18", "spn", spn=SpnSettings("report")), 64),
    "mimo": (ModelTable("mimo", backbone="resnet18", widths=(16,)), 64),
    "resizer": (ModelTable("mobilenet_v2", resizer=1), 96),
    "compact": (ModelTable("compact", "gap-mlp", (16,), width=4), 64),
    "cnn1": (ModelTable("cnn1"), 160),
    "cnn2": (ModelTable("cnn2"), 64),
    "tuner": (ModelTable("cnn2", widths=(16,)), 64),
    "fused": (ModelTable("fused", width=32), 128),
    "base": (ModelTable("base", width=32, resizer=0), 96),
}


def exact(name: str) -> tuple[Classifier, Tensor]:
    """float64, so that a wrong formula cannot hide behind rounding."""
    torch.manual_seed(1)
    table, size = TABLES[name]
    return build_model(table, 5, 1, size, (0.5,), (0.5,)).eval().double(), torch.rand(2, 1, size, size).double()


@pytest.mark.parametrize("name", TABLES)
def test_the_closed_form_is_gradcam(name: str) -> None:
    model, images = exact(name)
    expected = classifier_gradcam(model, images)
    with torch.no_grad():
        maps = model.gradcam(model(images))
    assert expected.max() > 0
    assert (maps - expected).abs().max() <= 1e-9 * expected.max()


def test_the_weights_are_the_live_ones() -> None:
    model, images = exact("gap-mlp")
    with torch.no_grad():
        before = model.gradcam(model(images))
        model.head[2].weight.mul_(0.5)
        model.head[-1].weight.mul_(-3)
        after = model.gradcam(model(images))
    expected = classifier_gradcam(model, images)
    assert (after - expected).abs().max() <= 1e-9 * expected.max()
    assert (after - before).abs().max() > 0.1 * before.max()


def test_a_loss_of_the_map_reaches_trunk_and_head() -> None:
    torch.manual_seed(0)
    model = build_model(ModelTable("compact", "gap-mlp", (16,), width=4), 3, 1, 64).train()
    model.gradcam(model(torch.rand(2, 1, 64, 64))).square().sum().backward()
    assert model.head[-1].weight.grad.abs().max() > 0
    assert model.trunk.stem[0].weight.grad.abs().max() > 0


def test_cam_and_gradcam_of_a_linear_head_are_one_map() -> None:
    # cam_k = sum_c w_kc A_c: its mean is the logit without bias, Grad-CAM is relu(cam) / hw.
    model, images = exact("gap-linear")
    with torch.no_grad():
        outputs = model(images)
        cam = torch.einsum("kc,nchw->nkhw", model.head[-1].weight, outputs.features)
        assert torch.allclose(cam.mean(dim=(2, 3)), outputs.logits - model.head[-1].bias)
        cells = cam.shape[2] * cam.shape[3]
        assert torch.allclose(model.gradcam(outputs), torch.relu(cam) / cells)


def test_gradcam_of_wildcat_is_its_class_map_again() -> None:
    # half: (1 + .7) / 2 spread over 16 cells
    model, images = exact("wildcat-half")
    with torch.no_grad():
        outputs = model(images)
        bias = model.head.convolution.bias.reshape(5, -1).mean(dim=1).reshape(1, 5, 1, 1)
        expected = torch.relu(1.7 / 2 / 16 * (outputs.class_maps - bias))
    assert torch.allclose(model.gradcam(outputs), expected)


def test_maps_are_float32_where_the_forward_pass_is_bfloat16() -> None:
    torch.manual_seed(0)
    model = build_model(ModelTable("compact", "gap-mlp", (16,), width=4), 3, 1, 64).eval()
    images = torch.rand(2, 1, 64, 64)
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        outputs = model(images)
        maps = model.gradcam(outputs)
    assert (outputs.features.dtype, maps.dtype) == (torch.bfloat16, torch.float32)
