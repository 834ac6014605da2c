"""What one row of a paper's table is: the tables of an experiment file after merging, and what a run of it leaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from training.augmentations.settings import AugmentationTable
from training.data.paper_splits import PAPER_NAMES, SPLITS, SplitRule
from training.data.settings import DataSettings, PaperInput
from training.losses.settings import LossTable
from training.models.model_table import ModelTable
from training.optim.settings import OptimTable

Scale = Literal["smoke", "small", "full"]
SCALES: tuple[Scale, ...] = get_args(Scale)

# What a row may report on: a paper's set (val, test, all) or one of our splits.
REPORTED_SPLITS: dict[str, tuple[str, ...]] = {**PAPER_NAMES, **{name: (name,) for name in SPLITS}}


@dataclass(frozen=True)
class StageTable:
    """One stage of a schedule ([[train.stages]]): its epochs, and the keys of other tables that it replaces.

    000 `modified`: epochs 10 with loss {name = "wce"}, then epochs 5. A stage starts from the best weights of the one
    before with a fresh optimiser.
    """

    epochs: int
    loss: dict[str, Any] = field(default_factory=dict)
    optim: dict[str, Any] = field(default_factory=dict)
    unfreeze: str = ""
    patience: int = 0  # 0: that of [train]


@dataclass(frozen=True)
class TrainTable:
    """The [train] table.

    epochs: the most. patience: epochs of `monitor` without an improvement; 0 = no early stop. monitor: val_loss,
    val_acc, val_auc_mean, val_f1_macro; losses fall, all others rise. select: the metric whose best epoch is kept, ""
    = monitor. stages: a schedule in place of `epochs`. balanced: both classes in every batch (DualSampler). per_class:
    one network per class (DAM). cache_features: trunk outputs of a frozen trunk are computed once. devices, nodes and
    precision belong to the machine, not to the experiment: they are command-line arguments. phantoms_per_epoch: of the
    training phantoms beside real images, so many in every epoch, others each time; 0 = all.
    """

    epochs: int = 30
    batch: int = 32
    patience: int = 5
    monitor: str = "val_loss"
    select: str = ""
    seed: int = 0
    stages: tuple[StageTable, ...] = ()
    drop_last: bool = False
    accumulate: int = 1
    gradient_clip: float = 0.0
    deterministic: bool = False
    balanced: bool = False
    per_class: bool = False
    cache_features: bool = True
    workers: int = 0
    phantoms_per_epoch: int = 0

    def __post_init__(self) -> None:
        for name in ("epochs", "batch", "accumulate"):
            if getattr(self, name) < 1:
                raise ValueError(f"train: {name} = {getattr(self, name)} is not at least 1")
        for name in (self.monitor, self.select or self.monitor):
            if name not in MONITORS:
                raise ValueError(f"train: {name!r} is not one of {', '.join(MONITORS)}")


# name -> min or max
MONITORS = {"val_loss": "min", "val_acc": "max", "val_auc_mean": "max", "val_f1_macro": "max", "train_loss": "min"}


@dataclass(frozen=True)
class CalibrationTable:
    """The [calibration] table. method: a name of CALIBRATORS, "" = what §12.1 recommends for the loss.

    same_split: calibrate on the selection split although it stopped the training early; said in calibration.json and on
    the card (§12.3). phantom_classes: fitted on phantoms although real images are there: too few real positives.
    """

    method: str = ""
    alpha: float = 0.1
    operating_point: str = "youden"
    refits: int = 200
    seed: int = 0
    same_split: bool = False
    phantom_classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExplainTable:
    """The [explain] table. methods: names of EXPLAINERS that are scored and drawn; settings: method -> its own.

    images: the most images of the reported split that are explained, 0 = all with a mask or a box; overlays: pictures
    drawn.
    """

    methods: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    images: int = 0
    overlays: int = 8
    localisation: bool = True


@dataclass(frozen=True)
class BundleTable:
    """The [bundle] table. name: lower case letters, digits and dashes, "" = made of paper and row. version:
    MAJOR.MINOR.PATCH."""

    name: str = ""
    version: str = "1.0.0"


@dataclass(frozen=True)
class RowSettings:
    """One row, fully merged: all that a run depends on. expected: what the paper prints, column -> value.

    split: the reported set, a key of REPORTED_SPLITS; n: its size, asserted at full scale, 0 = not stated. seeds: of a
    table of several runs; one run is of train.seed.
    metrics: columns to print first; all are computed. export: whether a bundle is written.
    """

    name: str
    paper: str
    table: str
    data: DataSettings
    input: PaperInput
    model: ModelTable
    split: str = "test"
    n: int = 0
    split_rule: SplitRule = field(default_factory=SplitRule)
    augmentation: AugmentationTable = field(default_factory=AugmentationTable)
    train: TrainTable = field(default_factory=TrainTable)
    optim: OptimTable = field(default_factory=OptimTable)
    loss: LossTable = field(default_factory=LossTable)
    calibration: CalibrationTable = field(default_factory=CalibrationTable)
    explain: ExplainTable = field(default_factory=ExplainTable)
    metrics: tuple[str, ...] = ()
    expected: dict[str, Any] = field(default_factory=dict)
    export: bool = False
    bundle: BundleTable = field(default_factory=BundleTable)
    seeds: tuple[int, ...] = ()

    @property
    def origin(self) -> str:
        """`Paper 003, table 10`, or `Experiment two_head` for a table of no paper."""
        return f"Paper {self.paper}, table {self.table}" if self.paper else f"Experiment {self.table}"

    def __post_init__(self) -> None:
        if self.split not in REPORTED_SPLITS:
            raise ValueError(f"{self.name}: split {self.split!r} is not one of {', '.join(REPORTED_SPLITS)}")


@dataclass(frozen=True)
class RowResult:
    """A finished row. metrics: the document of metrics.json (every metric {value, ci, n, method})."""

    name: str
    folder: Path
    scale: Scale
    metrics: dict[str, Any]
    seconds: float
    bundle: Path | None = None
