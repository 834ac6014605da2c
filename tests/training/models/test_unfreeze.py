"""Unfreeze sets against the trainable counts of methods.md §5.5."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from training.models.classifier import Classifier
from training.models.model_registry import UNFREEZE_SETS, ModelTable, apply_unfreeze, build_model, parameter_counts

# set: network, its head, trainable parameters without the head
COUNTS = {
    "all": ("vgg16", (256,), 14_714_688),
    "head": ("vgg16", (256,), 0),
    "vgg16-last-block": ("vgg16", (256,), 7_079_424),
    "vgg16-3-blocks": ("vgg16", (256,), 14_454_528),
    "resnet-last-block": ("resnet50", (256,), 4_462_592),
    "resnet-2-layers": ("resnet152", (64,), 1_052_672),
    "resnet152-50-layers": ("resnet152", (64,), 20_550_656),
    "resnet152-150-layers": ("resnet152", (64,), 39_280_128),
    "chexnet-last-5": ("densenet121", (64, 64), 238_148 - 70_020),
    "chexnet-last-9": ("densenet121", (64, 64), 400_068 - 70_020),
    "chexnet-2-blocks": ("densenet121", (64, 64), 5_594_244 - 70_020),
}


def empty(table: ModelTable) -> Classifier:
    with torch.device("meta"):
        return build_model(table, 4, 1, 224)


@pytest.mark.parametrize("name", UNFREEZE_SETS)
def test_a_set_trains_as_many_parameters_as_the_paper_says(name: str) -> None:
    network, widths, trainable = COUNTS[name]
    model = empty(ModelTable(network, "gap-mlp", widths, unfreeze=name))
    head = sum(own.numel() for own in model.head.parameters())
    assert parameter_counts(model)["trainable"] == trainable + head


def test_batch_norms_of_frozen_blocks_keep_their_statistics_in_training() -> None:
    model = build_model(ModelTable("resnet50", unfreeze="resnet-2-layers"), 2, 1, 64).train()
    norms = {name: own for name, own in model.named_modules() if isinstance(own, nn.BatchNorm2d)}
    trained = "trunk.features.layer4.2.bn3"
    assert {name for name, own in norms.items() if own.training} == {trained}
    before = {name: own.running_mean.clone() for name, own in norms.items()}
    model(torch.rand(2, 1, 64, 64))
    changed = {name for name, own in norms.items() if not torch.equal(own.running_mean, before[name])}
    assert changed == {trained}


def test_frozen_batch_norms_may_be_left_to_train() -> None:
    model = build_model(ModelTable("resnet18", unfreeze="head"), 2, 1, 64)
    model.frozen_bn_eval = False
    assert model.train().trunk.features.bn1.training


def test_all_sets_everything_free_again() -> None:
    model = build_model(ModelTable("resnet18", unfreeze="head"), 2, 1, 64).train()
    apply_unfreeze(model, "all")
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert model.trunk.features.bn1.training


def test_a_learnable_resizer_before_a_frozen_trunk_stays_learnable() -> None:
    model = empty(ModelTable("resnet18", resizer=1, unfreeze="head"))
    # resizer 12,035; head 512 * 4 + 4
    assert parameter_counts(model)["trainable"] == 12_035 + 2_052


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (ModelTable("vgg16", unfreeze="last"), "unfreeze 'last' is not one of all, head, vgg16-last-block"),
        (ModelTable("resnet50", unfreeze="chexnet-last-5"), "'chexnet-last-5' is for densenet121, not for 'resnet50'"),
        (ModelTable("cnn2", unfreeze="vgg16-last-block"), "is for vgg16, not for"),
    ],
)
def test_a_set_that_does_not_fit_is_refused(table: ModelTable, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        empty(table)
