"""The joint loss of two heads: both classify, and class maps point into the masks of present classes."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from tests.training.losses.tiny_net import tiny_net
from training.data.batch import Batch
from training.losses import LossTable, build_loss, map_cross_entropy, masked_bce
from training.losses.two_heads import cell_shares
from training.models.classifier import ModelOutputs

LABELS = torch.tensor([[1.0, 0.0], [1.0, math.nan]])


def batch(masks: torch.Tensor, has_mask: tuple[bool, bool] = (True, True)) -> Batch:
    return Batch(torch.rand(2, 1, 8, 8), LABELS, masks, torch.tensor(has_mask), torch.arange(2))


def outputs() -> ModelOutputs:
    torch.manual_seed(3)
    return ModelOutputs(
        torch.randn(2, 2), torch.rand(2, 3, 4, 4), torch.randn(2, 2, 4, 4), map_logits=torch.randn(2, 2)
    )


def masks_of_classes() -> torch.Tensor:
    masks = torch.zeros(2, 2, 8, 8)
    masks[0, 0, :4, :4] = 1
    masks[0, 1, 4:, 4:] = 1  # of a class that is absent
    masks[1, 0, 0, 0] = 1
    return masks


def loss_of(given: Batch, **keys: float) -> dict[str, torch.Tensor]:
    table = LossTable("two-heads", **keys)  # type: ignore[arg-type]
    return build_loss(table, LABELS.numpy(), "multilabel")(tiny_net(), outputs(), given)  # type: ignore[no-any-return]


def test_the_total_is_the_weighted_sum_of_both_heads_and_the_map() -> None:
    own, given = outputs(), batch(masks_of_classes())
    terms = loss_of(given, wildcat_weight=2.0, map_weight=0.5)
    torch.testing.assert_close(terms["head"], masked_bce(own.logits, LABELS))
    torch.testing.assert_close(terms["wildcat"], masked_bce(own.map_logits, LABELS))  # type: ignore[arg-type]
    torch.testing.assert_close(terms["map"], map_cross_entropy(own.class_maps, cell_shares(given, own.class_maps)))  # type: ignore[arg-type]
    torch.testing.assert_close(terms["loss"], terms["head"] + 2 * terms["wildcat"] + 0.5 * terms["map"])
    assert set(loss_of(given)) == {"loss", "head", "wildcat"}  # a term of weight 0 is not computed


def test_shares_are_of_present_classes_with_a_known_mask() -> None:
    maps = torch.zeros(2, 2, 4, 4)
    shares = cell_shares(batch(masks_of_classes(), (True, True)), maps)
    assert shares[0, 0, :2, :2].eq(1).all()
    assert shares[0, 0].sum() == 4
    assert shares[0, 1].sum() == 0  # absent
    assert shares[1, 0, 0, 0] == 0.25
    assert shares[1, 1].sum() == 0
    assert cell_shares(batch(masks_of_classes(), (False, True)), maps)[0].sum() == 0


def test_a_mask_of_the_image_counts_for_what_is_present() -> None:
    shares = cell_shares(batch(torch.ones(2, 1, 8, 8)), torch.zeros(2, 2, 4, 4))
    assert shares[:, 0].eq(1).all()
    assert shares[:, 1].eq(0).all()


def test_refusals() -> None:
    with pytest.raises(ValueError, match=r"map_weight -1\.0 is below 0"):
        loss_of(batch(masks_of_classes()), map_weight=-1.0)
    loss = build_loss(LossTable("two-heads"), LABELS.numpy(), "multilabel")
    with pytest.raises(ValueError, match="needs a network with head"):
        loss(tiny_net(), replace(outputs(), map_logits=None), batch(masks_of_classes()))
