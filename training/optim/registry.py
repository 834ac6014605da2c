"""The optimisers by name, built for one network and its loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn, optim

from training.losses.aucm import AucMargin
from training.optim.parameter_groups import parameter_groups
from training.optim.pesg import PESG
from training.optim.settings import OptimTable

Groups = list[dict[str, Any]]
Build = Callable[[Groups, OptimTable, nn.Module], optim.Optimizer]


def _adam(groups: Groups, table: OptimTable, loss: nn.Module) -> optim.Optimizer:
    return optim.Adam(groups, table.lr, eps=table.eps, weight_decay=table.weight_decay)


def _adamw(groups: Groups, table: OptimTable, loss: nn.Module) -> optim.Optimizer:
    return optim.AdamW(groups, table.lr, eps=table.eps, weight_decay=table.weight_decay)


def _sgd(groups: Groups, table: OptimTable, loss: nn.Module) -> optim.Optimizer:
    return optim.SGD(groups, table.lr, momentum=table.momentum, weight_decay=table.weight_decay)


def _rmsprop(groups: Groups, table: OptimTable, loss: nn.Module) -> optim.Optimizer:
    """Keras divides by sqrt(v + eps), torch by sqrt(v) + eps: alike but for gradients near 0."""
    return optim.RMSprop(
        groups, table.lr, alpha=table.rho, eps=table.eps, weight_decay=table.weight_decay, momentum=table.momentum
    )


def _pesg(groups: Groups, table: OptimTable, loss: nn.Module) -> optim.Optimizer:
    if not isinstance(loss, AucMargin):
        raise ValueError(f"optimiser 'pesg' trains loss 'aucm' only, got {type(loss).__name__}")
    return PESG(groups, loss, table.lr, table.epoch_decay, table.weight_decay, table.clip, table.momentum)


_OPTIMISERS: dict[str, Build] = {"adam": _adam, "adamw": _adamw, "sgd": _sgd, "rmsprop": _rmsprop, "pesg": _pesg}
OPTIMISERS = tuple(_OPTIMISERS)


def build_optimizer(table: OptimTable, model: nn.Module, loss: nn.Module) -> optim.Optimizer:
    """The optimiser of the parameters of model and loss that require a gradient at this moment: unfreeze first.

    Raises ValueError for an unknown name, for pesg with another loss than aucm, for a trunk factor without a trunk,
    and when nothing is to be trained.
    """
    if table.name not in _OPTIMISERS:
        raise ValueError(f"optimiser {table.name!r} is not one of {', '.join(OPTIMISERS)}")
    return _OPTIMISERS[table.name](parameter_groups(table, model, loss), table, loss)
