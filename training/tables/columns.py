"""The columns of the papers' tables: what their keys mean, how they are headed, and which can be compared at all."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One family of keys. pattern: of the key, with `what` for the part that names a class, a model or a method. heading:
    of the table, `{}` stands for that part. comparable: whether a difference means anything."""

    pattern: str
    heading: str
    digits: int = 4
    comparable: bool = True


_LOCAL_HEADINGS = {
    "auprc": "AUPRC",
    "pointwise_map": "pointwise mAP",
    "pointwise_argmax": "pointwise mAP (argmax)",
    "mass_in_box": "mass in box",
    "mass_in_box_tp": "mass in box of true positives",
    "iou_mass95_tp": "IoU 95 % rectangle of true positives",
    "iou_mass95": "IoU 95 % rectangle",
    "iou_p95": "IoU 95th percentile",
    "pointing": "pointing",
    "iou_otsu": "IoU Otsu",
    "dice": "Dice",
}

# Longer names first, or "mass_in_box_tp" would be read as "mass_in_box" of a method "tp".
LOCALISATION = "|".join(sorted(_LOCAL_HEADINGS, key=len, reverse=True))

# In this order: the first pattern that fits is the column.
COLUMNS = (
    Column("auc_mean", "mean AUC"),
    Column("auc_ovr", "AUC one-vs-rest"),
    Column("auc_(?P<what>.+)", "AUC {}"),
    Column("acc", "accuracy"),
    Column("acc_se", "standard error"),
    Column("loss", "loss"),
    Column("f1_macro", "F1 macro"),
    Column("f1_weighted", "F1 weighted"),
    Column("precision_weighted", "precision weighted"),
    Column("recall_weighted", "recall weighted"),
    Column("precision", "precision"),
    Column("recall", "sensitivity"),
    Column("specificity", "specificity"),
    Column("f2", "F2"),
    Column("f1_(?P<what>.+)", "F1 {}"),
    Column("f2_(?P<what>.+)", "F2 {}"),
    Column("precision_(?P<what>.+)", "precision {}"),
    Column("recall_(?P<what>.+)", "sensitivity {}"),
    Column("specificity_(?P<what>.+)", "specificity {}"),
    Column("fnfr", "false No-Finding rate"),
    Column("seconds", "inference time", 2, comparable=False),
    Column("ece_before", "mean ECE before"),
    Column("ece_after", "mean ECE after"),
    Column(f"(?P<metric>{LOCALISATION})_(?P<what>[a-z0-9]+)_best", "best {metric}, {}", comparable=False),
    Column(f"(?P<metric>{LOCALISATION})_(?P<what>[a-z0-9]+)_n", "images, {metric}, {}", 0, comparable=False),
    Column(f"(?P<metric>{LOCALISATION})_(?P<what>[a-z0-9]+)", "{metric}, {}"),
    Column("best_epoch", "best epoch", 0),
    Column("train_loss", "training loss"),
    Column("train_acc", "training accuracy"),
    Column("parameters", "parameters", 0),
    Column("parameters_trainable", "trainable", 0),
    Column("parameters_trunk", "parameters of the trunk", 0),
    Column("all_wrong", "all wrong", 0),
    Column("all_right", "all right", 0),
    Column("only_wrong_(?P<what>.+)", "only {} wrong", 0),
    Column("only_right_(?P<what>.+)", "only {} right", 0),
    Column("weight_(?P<what>.+)", "weight of {}"),
    Column("best_layers", "best layers", 0),
    Column("best_dropout", "best dropout", 5),
    Column("best_width", "best width", 0),
    Column("best_lr", "best learning rate", 5),
    Column("configurations", "configurations", 0),
    Column("trials", "trials", 0),
    Column("trial_epochs", "epochs of all trials", 0),
)


def column_of(key: str) -> tuple[Column, dict[str, str]]:
    """The column of a key and its named parts. Raises ValueError naming what is allowed."""
    for column in COLUMNS:
        match = re.fullmatch(column.pattern, key)
        if match:
            return column, {name: part or "" for name, part in match.groupdict().items()}
    names = ", ".join(re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", column.pattern) for column in COLUMNS)
    raise ValueError(f"column {key!r} is not one of {names}")


def check_column(key: str) -> None:
    """Raises ValueError for a key that no column knows."""
    column_of(key)


def heading(key: str) -> str:
    """What stands above the column."""
    column, parts = column_of(key)
    metric = _LOCAL_HEADINGS.get(parts.get("metric", ""), "")
    return column.heading.format(parts.get("what", ""), metric=metric)
