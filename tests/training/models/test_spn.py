"""The saliency proposal network of 002 in its two variants (methods.md §5.3)."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from training.models.model_registry import ModelTable, build_model
from training.models.spn import SpnHead, SpnSettings


def sizes_and_channels(settings: SpnSettings, side: int = 224, cells: int = 7) -> list[tuple[int, int]]:
    with torch.device("meta"):
        head, value, seen = SpnHead(512, side, settings), torch.empty(2, 512, cells, cells), []
        for block in head.blocks:
            value = block(value)
            seen.append((value.shape[2], value.shape[1]))
    return seen


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (SpnSettings(), [(16, 128), (48, 32), (144, 16), (224, 1)]),
        (SpnSettings("code", 3), [(16, 64), (64, 64), (224, 1)]),
        (SpnSettings("report"), [(14, 128), (28, 32), (56, 16), (224, 1)]),
    ],
    ids=["code", "code-3", "report"],
)
def test_blocks_have_the_sizes_and_channels_of_the_paper(
    settings: SpnSettings, expected: list[tuple[int, int]]
) -> None:
    assert sizes_and_channels(settings) == expected


def test_sizes_follow_a_smaller_input() -> None:
    assert [side for side, _ in sizes_and_channels(SpnSettings(), 64, 2)] == [5, 14, 41, 64]


def test_the_order_within_a_block_differs_between_code_and_report() -> None:
    kinds = {name: [type(own) for own in SpnHead(64, 224, SpnSettings(name)).blocks[0]] for name in ("code", "report")}
    assert [own.__name__ for own in kinds["code"]] == ["Conv2d", "ReLU", "ClampAtSix", "Upsample", "BatchNorm2d"]
    assert kinds["report"] == [nn.Upsample, nn.Conv2d, nn.BatchNorm2d, nn.ReLU]


@pytest.mark.parametrize(("variant", "widths"), [("code", [2]), ("report", [1024, 2])])
def test_the_map_is_one_for_all_classes_and_the_head_is_the_variants(variant: str, widths: list[int]) -> None:
    torch.manual_seed(0)
    model = build_model(ModelTable("resnet18", "spn", spn=SpnSettings(variant)), 2, 1, 64).train()
    outputs = model(torch.rand(2, 1, 64, 64))
    assert outputs.class_maps.shape == (2, 1, 64, 64)
    assert outputs.class_maps.min() >= 0
    assert outputs.class_maps.max() <= 1
    # Batch norm comes after the code's ReLU6 and the report's last block has no ReLU: the sigmoid sees both signs.
    assert outputs.class_maps.min() < 0.5 < outputs.class_maps.max()
    assert [own.out_features for own in model.head if isinstance(own, nn.Linear)] == widths


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (SpnSettings("paper"), "spn variant 'paper' is not one of code, report"),
        (SpnSettings("report", 3), "spn blocks 3: allowed are 4, or 3 in variant 'code'"),
        (SpnSettings("code", 5), "spn blocks 5: allowed are 4"),
    ],
)
def test_another_variant_is_refused(settings: SpnSettings, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SpnHead(64, 224, settings)
