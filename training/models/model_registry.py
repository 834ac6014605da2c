"""Every network of the five papers by name (methods.md §5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import nn

from training.models.backbones import BACKBONES, Backbone, build_backbone
from training.models.backbones.weights import NO_WEIGHTS
from training.models.classifier import Classifier
from training.models.cnn1 import build_cnn1
from training.models.cnn2 import build_cnn2
from training.models.compact_trunk import STRIDE as COMPACT_STRIDE
from training.models.compact_trunk import CompactTrunk
from training.models.flatten_mlp import flatten_mlp
from training.models.fused import build_fused
from training.models.gap_mlp import gap_mlp
from training.models.mimo import MemberInput, MimoNet, widen_first_convolution
from training.models.model_table import OWN_DROPOUT, OWN_RESIZER, ModelTable
from training.models.parameter_counts import parameter_counts
from training.models.resizer import LearnableResizer, resized_side
from training.models.retinanet import build_retinanet
from training.models.spn import SpnNet
from training.models.standardised_input import COLOUR, StandardisedInput
from training.models.swept_net import SweptNet
from training.models.two_heads import TwoHeads
from training.models.unfreeze import ALL, UNFREEZE_SETS, apply_unfreeze
from training.models.vgg_fc import VGG_WIDTHS, vgg_fc
from training.models.wildcat import WildcatHead
from training.models.wildcat_net import WildcatNet

__all__ = ["HEADS", "MODELS", "UNFREEZE_SETS", "ModelTable", "apply_unfreeze", "build_model", "parameter_counts"]

COMPACT = "compact"
GAP_LINEAR, GAP_MLP, FLATTEN_MLP, VGG_FC = "gap-linear", "gap-mlp", "flatten-mlp", "vgg-fc"
WILDCAT, SPN = "wildcat", "spn"
AND_WILDCAT = f"+{WILDCAT}"
CNN1, CNN2, FUSED, BASE, MIMO, RETINANET = "cnn1", "cnn2", "fused", "base", "mimo", "retinanet"
TWO_HEADS = (GAP_LINEAR + AND_WILDCAT, GAP_MLP + AND_WILDCAT)
HEADS = (GAP_LINEAR, GAP_MLP, FLATTEN_MLP, VGG_FC, WILDCAT, SPN, *TWO_HEADS)
SCRATCH = (CNN1, CNN2, FUSED, BASE)
ON_A_BACKBONE = (MIMO, RETINANET)
MODELS: tuple[str, ...] = (*BACKBONES, COMPACT, *SCRATCH, *ON_A_BACKBONE)

LEAST_BACKBONE_SIDE = 32

Trunk = Backbone | CompactTrunk


@dataclass(frozen=True)
class NetworkTask:
    """What a network is built for. inner: pixels per side after the resizer."""

    table: ModelTable
    classes: int
    channels: int
    size: int
    inner: int
    mean: tuple[float, ...]
    std: tuple[float, ...]


def build_model(
    table: ModelTable,
    classes: int,
    channels: int = 1,
    size: int = 224,
    mean: Sequence[float] = (),
    std: Sequence[float] = (),
) -> Classifier:
    """The network of a [model] table, with its start weights and its unfreeze set.

    classes: K logits. channels: 1 gray or 3 colour. size: pixels per side of the input. mean and std: one or three values
    inside the network; none = ImageNet's for backbones, 0 and 1 for the networks of 003. Raises ValueError for names,
    widths or sizes that do not go together, WeightsError for start weights that cannot be had or do not fit.
    """
    if table.name not in MODELS:
        raise ValueError(f"model {table.name!r} is not one of {', '.join(MODELS)}")
    if channels not in (1, COLOUR):
        raise ValueError(f"channels {channels} of model {table.name!r}; allowed: 1, 3")
    if classes < 1:
        raise ValueError(f"{classes} classes of model {table.name!r}; allowed: 1 or more")
    _check_keys(table)
    blocks = resizer_blocks(table)
    inner = (table.resized or resized_side(size)) if blocks else size
    task = NetworkTask(table, classes, channels, size, inner, tuple(mean), tuple(std))
    builders = {MIMO: _mimo, RETINANET: _retinanet} | dict.fromkeys(SCRATCH, _scratch)
    model = builders.get(table.name, _on_backbone)(task)
    model.input_channels, model.input_size = channels, size
    head = table.head.removesuffix(AND_WILDCAT) or GAP_LINEAR
    model.head_name = head if table.name in (*BACKBONES, COMPACT) else table.name
    if table.name != RETINANET:  # keeps the first stages of pretrained weights as torchvision does
        apply_unfreeze(model, table.unfreeze)
    return model


def _check_keys(table: ModelTable) -> None:
    """Keys that the network would not read are errors, not silent."""
    own_head = table.name in (*SCRATCH, *ON_A_BACKBONE)
    if own_head and table.head:
        raise ValueError(f"head {table.head!r} of model {table.name!r}; allowed: none, it has its own")
    if not own_head and table.head and table.head not in HEADS:
        raise ValueError(f"head {table.head!r} of model {table.name!r} is not one of {', '.join(HEADS)}")
    if table.width and (table.name not in (FUSED, BASE, COMPACT) or table.width < 1):
        raise ValueError(
            f"width {table.width} of model {table.name!r}; allowed for {FUSED}, {BASE} and {COMPACT}, above 0"
        )
    if table.width and table.widths and table.name != COMPACT:
        raise ValueError(
            f"width {table.width} and widths {list(table.widths)} of model {table.name!r}; allowed: one of the two"
        )
    if any(width < 1 for width in table.widths):
        raise ValueError(f"widths {list(table.widths)} of model {table.name!r}; allowed are whole numbers from 1 on")
    if table.dropout != OWN_DROPOUT and not 0 <= table.dropout < 1:
        raise ValueError(f"dropout {table.dropout} of model {table.name!r}; allowed: 0 up to below 1")
    if table.resizer < OWN_RESIZER or table.resized < 0:
        raise ValueError(f"resizer {table.resizer} to {table.resized} pixels; allowed: -1 (own), 0 (none) or more")
    if table.name in SCRATCH and table.weights != NO_WEIGHTS:
        raise ValueError(
            f"weights {table.weights!r} of model {table.name!r}; allowed: {NO_WEIGHTS!r}, 003 trains it from scratch"
        )
    if table.members < 1:
        raise ValueError(f"members {table.members} of model {table.name!r}; allowed are 1 or more")


def resizer_blocks(table: ModelTable) -> int:
    """Residual blocks of the resizer in front of the network, 0 = no resizer."""
    own = 1 if table.name in (FUSED, BASE) else 0
    return own if table.resizer == OWN_RESIZER else table.resizer


def input_module(task: NetworkTask) -> nn.Module:
    """Three channels, standardised, and resized where the table asks for it."""
    standardised = StandardisedInput(task.mean, task.std)
    blocks = resizer_blocks(task.table)
    if not blocks:
        return standardised
    return nn.Sequential(standardised, LearnableResizer(blocks, task.inner))


def _scratch(task: NetworkTask) -> Classifier:
    table = task.table
    own = replace(task, mean=task.mean or (0.0,), std=task.std or (1.0,))  # 003 divides by 255 and no more
    dropout = 0.0 if table.dropout == OWN_DROPOUT else table.dropout
    if table.name in (FUSED, BASE):
        widths = (table.width, table.width) if table.width else table.widths
        return build_fused(input_module(own), task.inner, task.classes, widths, dropout, table.name == FUSED)
    build = build_cnn1 if table.name == CNN1 else build_cnn2
    if task.inner < LEAST_BACKBONE_SIDE:
        raise ValueError(f"size {task.inner} of model {table.name!r}; the least is {LEAST_BACKBONE_SIDE}")
    return build(input_module(own), task.inner, task.classes, table.widths, dropout)


def _retinanet(task: NetworkTask) -> Classifier:
    if task.classes != 1:
        raise ValueError(f"{task.classes} classes of model {RETINANET!r}; allowed: 1")
    if task.table.unfreeze != ALL:
        raise ValueError(f"unfreeze {task.table.unfreeze!r} of model {RETINANET!r}; allowed: {ALL!r}")
    return build_retinanet(task.table.backbone, task.table.weights, input_module(task), task.inner)


def _on_backbone(task: NetworkTask) -> Classifier:
    table, classes = task.table, task.classes
    head = table.head or GAP_LINEAR
    widths = _widths(table, head)
    dropout = (0.5 if head == VGG_FC else 0.0) if table.dropout == OWN_DROPOUT else table.dropout
    trunk = _trunk(task)
    channels = int(trunk.channels)
    if head == WILDCAT:
        return WildcatNet(trunk, WildcatHead(channels, classes, table.wildcat))
    if head in TWO_HEADS:
        own = gap_mlp(channels, classes, widths, dropout)
        return TwoHeads(trunk, own, WildcatHead(channels, classes, table.wildcat))
    if head == SPN:
        return SpnNet(trunk, channels, classes, task.inner, table.spn)
    if head == VGG_FC:
        return SweptNet(trunk, vgg_fc(channels, classes, widths, dropout), classes)
    if head == FLATTEN_MLP:
        return SweptNet(trunk, flatten_mlp(channels, _cells(task), classes, widths, dropout), classes)
    return SweptNet(trunk, gap_mlp(channels, classes, widths, dropout), classes)


def _mimo(task: NetworkTask) -> Classifier:
    """M stacked inputs on a backbone; gap-linear, or gap-mlp where widths are given."""
    table = task.table
    if table.backbone not in BACKBONES:
        raise ValueError(f"backbone {table.backbone!r} of model {MIMO!r} is not one of {', '.join(BACKBONES)}")
    trunk = _backbone(replace(task, table=replace(table, name=table.backbone)))
    trunk.input = MemberInput(trunk.input, table.members, task.channels)
    if table.members > 1:
        widen_first_convolution(trunk.features, table.members)
    dropout = 0.0 if table.dropout == OWN_DROPOUT else table.dropout
    head = gap_mlp(trunk.channels, table.members * task.classes, table.widths, dropout)
    return MimoNet(trunk, head, task.classes, table.members)


def _widths(table: ModelTable, head: str) -> tuple[int, ...]:
    if head.removesuffix(AND_WILDCAT) == GAP_MLP and not table.widths:
        raise ValueError(f"widths [] of head {head!r}; allowed: at least one")
    if head in (GAP_LINEAR, WILDCAT, SPN, GAP_LINEAR + AND_WILDCAT) and table.widths:
        raise ValueError(f"widths {list(table.widths)} of head {head!r}; allowed: none")
    return table.widths or (VGG_WIDTHS if head == VGG_FC else ())


def _trunk(task: NetworkTask) -> Trunk:
    return _compact_trunk(task) if task.table.name == COMPACT else _backbone(task)


def _backbone(task: NetworkTask) -> Backbone:
    table = task.table
    if task.inner < LEAST_BACKBONE_SIDE:
        raise ValueError(f"size {task.inner} of model {table.name!r}; the least is {LEAST_BACKBONE_SIDE}")
    return build_backbone(table.name, table.weights, input_module(task))


def _compact_trunk(task: NetworkTask) -> CompactTrunk:
    """The demo's trunk; it standardises every image by itself, so mean and std are not used."""
    table = task.table
    if resizer_blocks(table) or task.channels != 1 or table.weights != NO_WEIGHTS:
        raise ValueError(f"model {COMPACT!r} takes gray images, no resizer and no start weights")
    if task.size % COMPACT_STRIDE:
        raise ValueError(f"size {task.size} of model {COMPACT!r}; allowed are multiples of {COMPACT_STRIDE}")
    return CompactTrunk(table.width or 16)


def _cells(task: NetworkTask) -> int:
    """Cells of the trunk's map for this input, from a forward pass without data."""
    without_weights = replace(task, table=replace(task.table, weights=NO_WEIGHTS))
    with torch.device("meta"):
        shape = _trunk(without_weights).eval()(torch.empty(1, task.channels, task.size, task.size)).shape
    return int(shape[2] * shape[3])
