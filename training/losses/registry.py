"""The losses by name, built for one training set and task."""

from __future__ import annotations

from collections.abc import Callable

from training.data.samples import MULTILABEL, SINGLE, TASKS
from training.losses.aucm import AucMargin
from training.losses.bce import BinaryCrossEntropy
from training.losses.ce import SoftmaxCrossEntropy
from training.losses.class_balance import Floats
from training.losses.class_distinctiveness import DistinctivenessSettings
from training.losses.custom import CustomLoss
from training.losses.focal import FocalLoss
from training.losses.loss import Loss
from training.losses.settings import LossTable
from training.losses.spn import SaliencyPrediction
from training.losses.two_heads import TwoHeadLoss
from training.losses.wce import WeightedCrossEntropy

Build = Callable[[LossTable, Floats, str, Floats | None], Loss]


def _custom(table: LossTable, train_labels: Floats, task: str, label_weights: Floats | None) -> Loss:
    distinctiveness = DistinctivenessSettings(
        table.cd_form, table.cd_latent, table.cd_size, table.cd_maps, table.cd_stop_gradient
    )
    return CustomLoss(
        train_labels, table.lambda1, table.lambda2, distinctiveness, table.sc_reduction, table.stages
    )  # fmt: skip


# name: its class, the tasks it is defined for, and how it is built
_LOSSES: dict[str, tuple[type[Loss], tuple[str, ...], Build]] = {
    "ce": (SoftmaxCrossEntropy, (SINGLE,), lambda table, labels, task, weights: SoftmaxCrossEntropy()),
    "bce": (BinaryCrossEntropy, (MULTILABEL,), lambda table, labels, task, weights: BinaryCrossEntropy()),
    "wce": (
        WeightedCrossEntropy,
        (MULTILABEL,),
        lambda table, labels, task, weights: WeightedCrossEntropy(labels, weights),
    ),
    "focal": (FocalLoss, (MULTILABEL,), lambda table, labels, task, weights: FocalLoss(table.gamma, table.alpha)),
    "aucm": (
        AucMargin,
        (MULTILABEL,),
        lambda table, labels, task, weights: AucMargin(labels, table.version, table.margin),
    ),
    "custom": (CustomLoss, (MULTILABEL,), _custom),
    "spn": (
        SaliencyPrediction,
        TASKS,
        lambda table, labels, task, weights: SaliencyPrediction(
            task, table.loc_loss, table.loc_weight, table.loc_reduction
        ),
    ),
    "two-heads": (
        TwoHeadLoss,
        TASKS,
        lambda table, labels, task, weights: TwoHeadLoss(task, table.wildcat_weight, table.map_weight),
    ),
}
LOSSES = tuple(_LOSSES)
OF_LOGITS = ("bce", "wce", "focal", "aucm")  # those that read nothing of a network but its logits
WEIGHING = ("bce", "wce", "focal", "two-heads")  # those in which a label may count for less than 1


def ends_at_log_odds(name: str) -> bool:
    """Whether the logits of this loss's optimum are the log odds of the labels (Loss.ends_at_log_odds). Raises KeyError."""
    return _LOSSES[name][0].ends_at_log_odds


def build_loss(table: LossTable, train_labels: Floats, task: str, label_weights: Floats | None = None) -> Loss:
    """The loss of a run. train_labels: [n,K] of the training split, NaN = unknown; task: one of TASKS; label_weights: [n,K],
    what each label counts for, None: 1 each.

    Raises ValueError for an unknown name or option, and for a loss that the task does not suit.
    """
    if table.name not in _LOSSES:
        raise ValueError(f"loss {table.name!r} is not one of {', '.join(LOSSES)}")
    _, tasks, build = _LOSSES[table.name]
    if task not in tasks:
        suited = ", ".join(name for name, (_, others, _) in _LOSSES.items() if task in others)
        raise ValueError(f"loss {table.name!r} is not for task {task!r}; allowed are {suited or 'none'}")
    return build(table, train_labels, task, label_weights)
