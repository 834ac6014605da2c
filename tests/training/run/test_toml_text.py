"""Settings written as TOML come back equal."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass, field
from typing import Any

import pytest

from training.run.settings import ExplainTable, StageTable, TrainTable
from training.run.toml_text import settings_toml
from training.settings_reader import from_table


@dataclass(frozen=True)
class Nested:
    name: str
    train: TrainTable
    explain: ExplainTable
    numbers: tuple[float, ...] = ()
    free: dict[str, Any] = field(default_factory=dict)


def test_nested_settings_come_back_equal() -> None:
    stages = (StageTable(1, {"name": "bce"}, {"lr": 1e-4, "drop_epochs": [2]}), StageTable(4))
    own = Nested(
        'a "quoted" name\nwith a line, é and 50 %',
        TrainTable(epochs=3, stages=stages, deterministic=True),
        ExplainTable(("gradcam",), {"smoothgrad": {"samples": 5}}),
        (1e-7, 0.5, math.inf),
        {"auc_Pleural Effusion": 0.9217, "sd": {"value": 1.5}, "none": None},
    )
    read = from_table(Nested, tomllib.loads(settings_toml(own)), "here")
    assert read == Nested(own.name, own.train, own.explain, own.numbers, {k: v for k, v in own.free.items() if v})


def test_a_value_that_toml_cannot_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="no TOML form"):
        settings_toml(Nested("a", TrainTable(), ExplainTable(), free={"x": object()}))
