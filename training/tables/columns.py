"""The columns of the papers' tables: what their keys mean, how they are headed, and which can be compared at all.

Metrics are headed in training/metrics/registry.py; here stand the columns that are no metric.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from training.metrics.registry import CLASSIFICATION, LOCALISATION, METRICS, Metric


@dataclass(frozen=True)
class Column:
    """One family of keys. pattern: of the key, with `what` for the part that names a class, a model or a method. heading:
    of the table, `{}` stands for that part. comparable: whether a difference means anything."""

    pattern: str
    heading: str
    digits: int = 4
    comparable: bool = True


def _with_columns(group: str) -> list[Metric]:
    return [metric for metric in METRICS.values() if metric.group == group and metric.heading]


def _local_headings() -> dict[str, str]:
    """Heading by the name of a localisation metric in a column, that of true positives too."""
    found = {}
    for metric in _with_columns(LOCALISATION):
        found[metric.column or metric.name] = metric.heading
        if metric.is_trust:
            found[f"{metric.name}_tp"] = f"{metric.heading} of true positives"
    return found


def _mean_column(metric: Metric) -> Column:
    key = metric.name if metric.mean is None else metric.mean
    heading = f"{metric.heading} macro" if key == f"{metric.name}_macro" else metric.heading
    return Column(key, heading, metric.digits, metric.comparable)


_LOCAL_HEADINGS = _local_headings()
# Longer names first, or "mass_in_box_tp" would be read as "mass_in_box" of a method "tp".
_LOCAL = "|".join(sorted(_LOCAL_HEADINGS, key=len, reverse=True))

# In this order: the first pattern that fits is the column, so that whole names stand before those with a class.
COLUMNS = (
    *(_mean_column(metric) for metric in _with_columns(CLASSIFICATION) if metric.mean != ""),
    Column("f1_weighted", "F1 weighted"),
    Column("precision_weighted", "precision weighted"),
    Column("recall_weighted", "recall weighted"),
    *(
        Column(f"{metric.name}_(?P<what>.+)", f"{metric.heading} {{}}", metric.digits, metric.comparable)
        for metric in sorted(_with_columns(CLASSIFICATION), key=lambda metric: -len(metric.name))
        if metric.per_class
    ),
    Column("ece_before", "mean ECE before"),
    Column("ece_after", "mean ECE after"),
    Column(f"(?P<metric>{_LOCAL})_(?P<what>[a-z0-9]+)_best", "best {metric}, {}", comparable=False),
    Column(f"(?P<metric>{_LOCAL})_(?P<what>[a-z0-9]+)_n", "images, {metric}, {}", 0, comparable=False),
    Column(f"(?P<metric>{_LOCAL})_(?P<what>[a-z0-9]+)", "{metric}, {}"),
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
