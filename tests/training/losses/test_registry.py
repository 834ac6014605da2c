"""Every loss by name, for the tasks it is defined for."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.training.losses.tiny_net import batch_of, tiny_net
from training.losses import LOSSES, LossTable, build_loss
from training.models.classifier import ModelOutputs

TRAIN = np.eye(3, dtype=np.float32)


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_trains_a_network_on_a_batch(name: str) -> None:
    task = "single" if name in ("ce", "spn") else "multilabel"
    net, batch = tiny_net(3), batch_of(np.eye(3), has_mask=torch.ones(3, dtype=torch.bool))
    outputs = net(batch.images)
    if name == "spn":
        maps = torch.sigmoid(outputs.features.mean(dim=1, keepdim=True))
        maps = torch.nn.functional.interpolate(maps, batch.masks.shape[2:])
        outputs = ModelOutputs(outputs.logits, outputs.features, maps)
    if name == "two-heads":
        outputs = replace(outputs, class_maps=outputs.features[:, :3], map_logits=outputs.features[:, :3].mean((2, 3)))
    terms = build_loss(LossTable(name), TRAIN, task)(net, outputs, batch)
    terms["loss"].backward()
    assert math.isfinite(terms["loss"].item())
    assert net.trunk[0].weight.grad.abs().max() > 0


def test_an_unknown_loss_and_a_task_that_does_not_suit_are_refused_with_what_is_allowed() -> None:
    with pytest.raises(ValueError, match="loss 'hinge' is not one of ce, bce, wce, focal, aucm, custom, spn"):
        build_loss(LossTable("hinge"), TRAIN, "multilabel")
    with pytest.raises(ValueError, match="loss 'ce' is not for task 'multilabel'; allowed are bce, wce, focal, aucm"):
        build_loss(LossTable("ce"), TRAIN, "multilabel")
    with pytest.raises(ValueError, match="loss 'aucm' is not for task 'single'; allowed are ce, spn"):
        build_loss(LossTable("aucm"), TRAIN, "single")
