"""The [data] and [input] tables of an experiment file."""

from __future__ import annotations

from dataclasses import dataclass, field

from inference.intensity import INTENSITY_RULES
from inference.preprocessing import RESIZE_MODES
from training.data.records import DataError
from training.data.samples import TASKS

VIEW_CHOICES = ("frontal", "all", "PA", "AP")
THIRD_CLASS = ("drop", "negative", "class")
LABEL_CHOICES = ("", "only", "one-of-classes")
MASK_FILTERS = ("", "otsu")


@dataclass(frozen=True)
class PhantomTable:
    """The [data.phantoms] table: drawn images of each split, one synthetic patient each; all 0 = none. size: pixels per
    side. fast: sketches, for tests. selects: beside real images, too, phantoms choose the epoch: where patients are too few.
    Raises DataError."""

    train: int = 0
    selection: int = 0
    calibration: int = 0
    evaluation: int = 0
    first_seed: int = 1_000_000
    size: int = 256
    fast: bool = False
    selects: bool = False

    def __post_init__(self) -> None:
        for name, count in self.counts.items():
            if count < 0:
                raise DataError(f"data phantoms {name} {count} is below 0")

    @property
    def counts(self) -> dict[str, int]:
        """Images by split."""
        return {name: getattr(self, name) for name in ("train", "selection", "calibration", "evaluation")}

    @property
    def is_empty(self) -> bool:
        """True when nothing is drawn."""
        return not any(self.counts.values())


@dataclass(frozen=True)
class DataSettings:
    """Which data set, read as which task.

    name: a key of `registry.DATASETS`. task: multilabel, single, or "" for the data set's own. classes: in the order of the
    network's outputs; () for the data set's own. policy: what an uncertain label (-1) becomes (chexpert, reviewed).
    views: frontal, all, PA or AP. labels (ChestX-ray14, single): `only` takes images whose one label is a class (003, the
    default), `one-of-classes` also those with further labels that are no class. third_class (RSNA): "No Lung Opacity / Not
    Normal" is dropped, a negative, or a class of its own. crop (004): the image is the opacity's box, see
    `split_settings`. masks_fraction (002): share of the training images whose masks are used. per_class: at most so many
    images of a class, drawn with `seed`; 0 is the paper's own (230 for BUSI) or all. phantoms: drawn images of the set, or
    beside its real ones. aided_weight (reviewed): what a label that was given beside a model counts for in the loss; such
    labels lean towards that model. Raises DataError.
    """

    name: str
    task: str = ""
    classes: tuple[str, ...] = ()
    policy: str = ""
    views: str = "frontal"
    labels: str = ""
    third_class: str = "drop"
    crop: bool = False
    masks_fraction: float = 1.0
    per_class: int = 0
    seed: int = 0
    phantoms: PhantomTable = field(default_factory=PhantomTable)
    aided_weight: float = 0.5

    def __post_init__(self) -> None:
        for key, value, allowed in (
            ("task", self.task, ("", *TASKS)),
            ("views", self.views, VIEW_CHOICES),
            ("third_class", self.third_class, THIRD_CLASS),
            ("labels", self.labels, LABEL_CHOICES),
        ):
            if value not in allowed:
                raise DataError(f"data {key} {value!r} is not one of {', '.join(map(repr, allowed))}")
        if len(set(self.classes)) != len(self.classes):
            raise DataError(f"data classes {', '.join(self.classes)} name a class twice")
        if not 0 <= self.masks_fraction <= 1:
            raise DataError(f"data masks_fraction {self.masks_fraction} is outside 0..1")
        if not 0 <= self.aided_weight <= 1:
            raise DataError(f"data aided_weight {self.aided_weight} is outside 0..1")
        if self.per_class < 0:
            raise DataError(f"data per_class {self.per_class} is below 0")

    def takes_view(self, view: str) -> bool:
        """Whether an image of this view is wanted. frontal: all but `LATERAL`, a view that is not stated counts as
        frontal, as the data sets of frontal images leave it empty."""
        return self.views == "all" or (view != "LATERAL" if self.views == "frontal" else view == self.views)

    def known_classes(self, allowed: tuple[str, ...]) -> tuple[str, ...]:
        """The wanted classes, all of `allowed` when none are named. Raises DataError for one that is not allowed."""
        for name in self.classes:
            if name not in allowed:
                raise DataError(f"data {self.name}: class {name!r} is not one of {', '.join(allowed)}")
        return self.classes or allowed


@dataclass(frozen=True)
class PaperInput:
    """The [input] table.

    size: side of the network's input. source_size: side that is prepared when the network shrinks it itself (003's
    resizer: 250 for 227), 0 = size. channels: 1, or 3 for photographs. intensity, resize: inference.preprocessing's.
    mean, std: applied inside the network. mask_filter: `otsu` keeps the dark side (003 section 2.5). Raises DataError.
    """

    size: int
    channels: int = 1
    resize: str = "stretch"
    intensity: str = "stored-range"
    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    mask_filter: str = ""
    source_size: int = 0

    def __post_init__(self) -> None:
        for key, value, allowed in (
            ("channels", self.channels, (1, 3)),
            ("resize", self.resize, RESIZE_MODES),
            ("intensity", self.intensity, INTENSITY_RULES),
            ("mask_filter", self.mask_filter, MASK_FILTERS),
        ):
            if value not in allowed:
                raise DataError(f"input {key} {value!r} is not one of {', '.join(map(repr, allowed))}")
        if self.size < 1 or self.source_size < 0:
            raise DataError(f"input size {self.size}, source_size {self.source_size}: sizes are 1 or more pixels")
        if len(self.mean) != len(self.std) or min(self.std) <= 0:
            raise DataError(f"input mean {self.mean} and std {self.std} do not match; std must be above 0")

    @property
    def side(self) -> int:
        """Side of the prepared images."""
        return self.source_size or self.size
