"""Experiment files: TOML tables read into frozen settings; a key nobody reads is an error, not a silent default."""

from __future__ import annotations

import dataclasses
import re
import tomllib
import types
import typing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from inference.preprocessing import InputSpec
from training.augmentations.settings import RadiographTable
from training.calibrate import CalibrationSettings
from training.models.two_head_net import ModelSettings

EXPERIMENTS = Path(__file__).parent / "experiments"
PAPER_TABLE = re.compile(r"\d{3}_")
Settings = TypeVar("Settings")


class ExperimentError(ValueError):
    """An experiment file that cannot be run; names the file, the key and what is allowed."""


@dataclass(frozen=True)
class FitSettings:
    """The [fit] and [pretrain] tables. epochs is the most; patience in epochs of `monitor` without an improvement."""

    epochs: int = 30
    batch: int = 32
    learning_rate: float = 1e-3
    weight_decay: float = 0.05
    warmup: float = 0.15  # share of the steps in which the rate rises
    wildcat_weight: float = 1.0
    map_weight: float = 0.0
    patience: int = 10
    monitor: str = "val_loss"
    seed: int = 0


@dataclass(frozen=True)
class PhantomSettings:
    """The [phantoms] table: how many synthetic patients per split, and how many of the training ones each epoch
    sees."""

    train: int = 2000
    selection: int = 150
    calibration: int = 300
    evaluation: int = 300
    per_epoch: int = 400
    first_seed: int = 1_000_000


@dataclass(frozen=True)
class SplitSettings:
    """The [split] table: folds by patient; of the patients outside the evaluation fold, these shares select and
    calibrate."""

    folds: int = 5
    selection: float = 0.1
    calibration: float = 0.2
    seed: int = 0


@dataclass(frozen=True)
class GateSettings:
    """The [gate] table: what the model may be asked, beside the out-of-distribution threshold."""

    views: tuple[str, ...] = ("PA", "AP")
    age_years: tuple[float, ...] = (18.0, 100.0)
    modalities: tuple[str, ...] = ("CR", "DX", "RG")
    body_parts: tuple[str, ...] = ("CHEST", "THORAX", "")


@dataclass(frozen=True)
class Experiment:
    """One experiment file."""

    name: str
    version: str
    created: str
    input: InputSpec
    model: ModelSettings = field(default_factory=ModelSettings)
    augmentation: RadiographTable = field(default_factory=RadiographTable)
    phantoms: PhantomSettings = field(default_factory=PhantomSettings)
    split: SplitSettings = field(default_factory=SplitSettings)
    pretrain: FitSettings = field(default_factory=FitSettings)
    fit: FitSettings = field(default_factory=FitSettings)
    calibration: CalibrationSettings = field(default_factory=CalibrationSettings)
    gate: GateSettings = field(default_factory=GateSettings)

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of the explanation maps."""
        return self.input.height // 16, self.input.width // 16


def read_experiment(path: Path) -> Experiment:
    """The settings of a TOML file. Raises ExperimentError."""
    if not path.is_file():
        raise ExperimentError(f"experiment {str(path)!r} does not exist; known are {', '.join(experiment_names())}")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return from_table(Experiment, table, path.name)
    except (tomllib.TOMLDecodeError, ValueError) as error:
        message = str(error)
        raise ExperimentError(message if message.startswith(path.name) else f"{path.name}: {message}") from error


def experiment_names() -> list[str]:
    """Stems of the recipes in training/experiments; the papers' tables there (`003_t10_fused`) are read by
    training.tables."""
    return sorted(path.stem for path in EXPERIMENTS.glob("*.toml") if not PAPER_TABLE.match(path.stem))


def find_experiment(name: str) -> Path:
    """A path, or the stem of a file in training/experiments."""
    return Path(name) if name.endswith(".toml") else EXPERIMENTS / f"{name}.toml"


def from_table(kind: type[Settings], table: dict[str, Any], where: str) -> Settings:
    """A settings dataclass from a table, nested ones included. Raises ExperimentError for unknown, missing or
    mistyped keys."""
    hints = typing.get_type_hints(kind)
    fields = {entry.name: entry for entry in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for key in table:
        if key not in fields:
            raise ExperimentError(f"{where}: key {key!r} is not one of {', '.join(fields)}")
    values = {}
    for key, entry in fields.items():
        if key in table:
            values[key] = _value(hints[key], table[key], f"{where}: {key}")
        elif entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING:
            raise ExperimentError(f"{where}: key {key!r} is missing")
    return kind(**values)


def _value(wanted: Any, value: Any, where: str) -> Any:
    if dataclasses.is_dataclass(wanted):
        if not isinstance(value, dict):
            raise ExperimentError(f"{where} = {value!r} is not a table")
        return from_table(typing.cast(type, wanted), value, where)
    origin = typing.get_origin(wanted)
    if wanted is Any or (origin is dict and isinstance(value, dict)):
        return value
    if origin is typing.Literal:
        if value not in typing.get_args(wanted):
            raise ExperimentError(f"{where} = {value!r} is not one of {', '.join(map(str, typing.get_args(wanted)))}")
        return value
    if origin in (types.UnionType, typing.Union):
        return _value(next(kind for kind in typing.get_args(wanted) if kind is not type(None)), value, where)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ExperimentError(f"{where} = {value!r} is not a list")
        return tuple(_value(typing.get_args(wanted)[0], item, where) for item in value)
    if origin is dict:
        raise ExperimentError(f"{where} = {value!r} is not a table")
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise ExperimentError(f"{where} = {value!r} is not {wanted.__name__}")
    return value
