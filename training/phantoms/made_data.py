"""What to draw into a data set's layout, and which signs each image of it shows."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from training.phantoms.draw import Phantom, draw_phantom
from training.phantoms.sketch import ATELECTASIS, EDEMA, EFFUSION, HEART, OPACITY, sketch_phantom, with_signs

Progress = Callable[[str], object]

# Labels of the public sets and the sign that is drawn for each.
LABEL_SIGN = {
    "Atelectasis": ATELECTASIS, "Cardiomegaly": HEART, "Consolidation": OPACITY, "Edema": EDEMA, "Effusion": EFFUSION,
    "Infiltration": OPACITY, "Lung Opacity": OPACITY, "Pleural Effusion": EFFUSION, "Pneumonia": OPACITY,
}  # fmt: skip


@dataclass(frozen=True)
class MadeData:
    """count: images. size: pixels of a side. confounder: correlation of a corner mark with "shows a sign". third_class:
    share of "No Lung Opacity / Not Normal" (rsna). uncertain: share of labels given as -1 (chexpert, reviewed).
    per_patient: images of one patient, 0 = the layout's own. fast: sketches instead of drawn phantoms. classes: labels
    that take turns, one per image (chestxray14); () draws them. Raises ValueError."""

    count: int = 100
    seed: int = 0
    size: int = 256
    confounder: float = 0.0
    third_class: float | None = None
    uncertain: float = 0.0
    per_patient: int = 0
    fast: bool = False
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, value in (("third_class", self.third_class or 0.0), ("uncertain", self.uncertain)):
            if not 0 <= value <= 1:
                raise ValueError(f"{name} {value} is outside 0..1")
        if self.count < 1 or self.per_patient < 0:
            raise ValueError(f"count {self.count}, per_patient {self.per_patient}; allowed are 1 or more, 0 or more")
        for name in self.classes:
            if name not in LABEL_SIGN and name != "No Finding":
                raise ValueError(f"class {name!r} cannot be drawn; allowed are No Finding, {', '.join(LABEL_SIGN)}")

    def person(self, index: int, own: int) -> int:
        """Which patient image `index` shows, where the layout has `own` images of each."""
        return index // (self.per_patient or own)


def draw_case(made: MadeData, index: int, signs: Collection[str] | None, own: int = 1) -> Phantom:
    """Image `index` with exactly these signs (None: drawn by chance, drawn phantoms only)."""
    seed, person = made.seed + index, made.seed + made.person(index, own)
    if made.fast:
        return sketch_phantom(
            seed, size=made.size, signs=chance_signs(seed) if signs is None else signs, confounder=made.confounder,
            patient_seed=person,
        )  # fmt: skip
    if signs is None:
        return draw_phantom(seed, size=made.size, patient_seed=person, confounder=made.confounder)
    known = [key for key in signs if key in (OPACITY, EFFUSION, HEART)]
    drawn = draw_phantom(seed, size=made.size, findings=known, patient_seed=person, confounder=made.confounder)
    return with_signs(drawn, signs)


def chance_signs(seed: int) -> tuple[str, ...]:
    """No sign in 45 % of the seeds, as in draw_phantom; else each of its three at even odds, at least one."""
    rng = np.random.default_rng([seed, 14])
    if rng.random() < 0.45:
        return ()
    three = (OPACITY, EFFUSION, HEART)
    return tuple(key for key in three if rng.random() < 0.5) or (three[seed % 3],)


def takes_turn(index: int, share: float) -> bool:
    """True for a share of the indices, as evenly spread as can be: the k-th of them starts at k / share."""
    return int((index + 1) * share + 1e-9) > int(index * share + 1e-9)
