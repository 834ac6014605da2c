"""Which parameters an optimiser gets, and at which rate."""

from __future__ import annotations

from typing import Any

from torch import nn

from training.losses.aucm import AucMargin
from training.optim.settings import OptimTable

Group = dict[str, Any]


def parameter_groups(table: OptimTable, model: nn.Module, loss: nn.Module) -> list[Group]:
    """Groups "trunk" (`model.trunk`), "head" (all other modules) and of AUCM "margins" (a, b) and "alpha"; empty ones are
    left out.

    alpha's group maximises: the loss is a saddle, and no group of the loss has weight decay. Raises ValueError for a
    trunk factor on a network without `trunk`, and for a network without a trainable parameter.
    """
    trunk = getattr(model, "trunk", None)
    if trunk is None and table.trunk_lr_factor != table.head_lr_factor:
        raise ValueError(f"trunk_lr_factor {table.trunk_lr_factor}: {type(model).__name__} has no trunk")
    in_trunk = {id(parameter) for parameter in trunk.parameters()} if isinstance(trunk, nn.Module) else set()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not trained:
        raise ValueError(f"no parameter of {type(model).__name__} is to be trained")
    groups: list[Group] = [
        {
            "name": "trunk",
            "params": [own for own in trained if id(own) in in_trunk],
            "lr": table.lr * table.trunk_lr_factor,
        },
        {
            "name": "head",
            "params": [own for own in trained if id(own) not in in_trunk],
            "lr": table.lr * table.head_lr_factor,
        },
    ]
    if not table.decay_all:
        groups = [own for group in groups for own in _decayed_apart(group)]
    if isinstance(loss, AucMargin):
        groups.append({"name": "margins", "params": [loss.a, loss.b], "weight_decay": 0.0})
        groups.append({"name": "alpha", "params": [loss.alpha], "weight_decay": 0.0, "maximize": True})
    return [group for group in groups if group["params"]]


def _decayed_apart(group: Group) -> list[Group]:
    """Weights of layers as they are; norms and biases without weight decay."""
    weights = [own for own in group["params"] if own.ndim > 1]
    others = [own for own in group["params"] if own.ndim <= 1]
    return [
        group | {"params": weights},
        group | {"name": f"{group['name']}-plain", "params": others, "weight_decay": 0.0},
    ]
