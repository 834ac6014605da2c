"""The five papers' splits (methods.md section 3), always by patient, at any size of the data.

Splits are `train`, `selection` (early stopping and model choice), `calibration` and `evaluation`; "" is left out. A paper's
"validation" set is selection + calibration, halved by patient unless `halve` is off; its "test" set is evaluation. With
the published set at hand the papers' counts are met exactly; with less, they are proportions.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.data.quotas import Counts, deal, seeded_order, shared_out
from training.data.records import DataError
from training.data.samples import SINGLE, Sample, SampleSet
from training.data.splits import StratifiedImage, patient_folds, split_by_patient, write_split

TRAIN, SELECTION, CALIBRATION, EVALUATION, LEFT_OUT = "train", "selection", "calibration", "evaluation", ""
SPLITS = (TRAIN, SELECTION, CALIBRATION, EVALUATION)
# What the papers call their sets.
PAPER_NAMES = {"val": (SELECTION, CALIBRATION), "test": (EVALUATION,), "all": SPLITS}

# 003: single-label images of Atelectasis, Effusion, Infiltration, No Finding in train / validation / test.
QUOTAS_003 = ((2384, 2279, 3240, 3240), (289, 283, 360, 360), (324, 314, 400, 400))
# 003 "before more data": 7,996 = 7,196 + 800 images. Only the validation counts can be deduced; train follows their
# proportions, and the test set is the later one, so that no number is scored on a training patient.
QUOTAS_003_OLD = ((1214, 1124, 2429, 2429), (135, 125, 270, 270), (324, 314, 400, 400))
CLASSES_003 = ("Atelectasis", "Effusion", "Infiltration", "No Finding")
HALVED = (1, 2, 1, 1)  # least images of a class where half of the selection set becomes calibration
COUNTS_004 = (10000, 2000, 2000)
COUNTS_004_SIZES = (12863, 2000, 0)  # tables 2 and 3: "around 13,000 / 2,000"


@dataclass(frozen=True)
class SplitRule:
    """The [split_rule] table. rule: a key of SPLIT_RULES. selection, calibration, evaluation: shares of the images (rule
    `fractions` and `official`; `paper000-*` where valid.csv is not there). halve: calibration is half of the paper's
    validation set; off, all of it selects and calibration stays empty. quotas (003): train, validation and test images
    per class in the order of the set's classes; () is the paper's. folds, fold (rule `folds`): patients in so many folds, of
    which this one evaluates; selection and calibration are shares of the others. Raises DataError."""

    rule: str = "fractions"
    seed: int = 0
    selection: float = 0.1
    calibration: float = 0.1
    evaluation: float = 0.2
    halve: bool = True
    quotas: tuple[tuple[int, ...], ...] = ()
    folds: int = 5
    fold: int = 0

    def __post_init__(self) -> None:
        if self.rule not in SPLIT_RULES:
            raise DataError(f"split rule {self.rule!r} is not one of {', '.join(SPLIT_RULES)}")
        shares = (self.selection, self.calibration, self.evaluation)
        if not 0 <= self.fold < self.folds:
            raise DataError(f"split fold {self.fold} is not one of 0..{self.folds - 1}")
        if min(shares) < 0 or sum(shares) >= 1:
            raise DataError(f"split shares {shares} must not be below 0 and must leave some of 1 to train")


Assignment = dict[str, str]


def assign_splits(samples: SampleSet, rule: SplitRule) -> Assignment:
    """Image id -> split, or "" for one left out. The same for any order of the samples. Phantoms stay where their table puts
    them, whatever the rule says of the others.

    Raises DataError: too few patients, or a split that has images of one class only.
    """
    ordered = SampleSet(
        samples.name,
        samples.task,
        samples.classes,
        tuple(sorted(samples.samples, key=lambda sample: sample.image_id)),
        samples.channels,
    )
    assignment = _given(ordered.with_samples([sample for sample in ordered.samples if sample.drawn]), rule)
    rest = ordered.with_samples([sample for sample in ordered.samples if not sample.drawn])
    if rest.samples:
        assignment |= SPLIT_RULES[rule.rule](rest, rule)
    require_disjoint(samples, assignment)
    require_classes(samples, assignment)
    return assignment


def split_ids(samples: SampleSet, assignment: Assignment, name: str) -> tuple[str, ...]:
    """The image ids of a split, or of a paper's set (val, test, all), in the order of the samples. Raises DataError."""
    if name not in (*SPLITS, *PAPER_NAMES):
        raise DataError(f"split {name!r} is not one of {', '.join((*SPLITS, *PAPER_NAMES))}")
    wanted = PAPER_NAMES.get(name, (name,))
    return tuple(sample.image_id for sample in samples.samples if assignment.get(sample.image_id) in wanted)


def write_assignment(path: Path, samples: SampleSet, assignment: Assignment, seed: int) -> None:
    """split.csv without the images left out. Raises DataError on a leak."""
    kept = [sample for sample in samples.samples if assignment[sample.image_id] != LEFT_OUT]
    write_split(path, kept, assignment, seed)


def require_disjoint(samples: SampleSet, assignment: Assignment) -> None:
    """Raises DataError when a patient has images in two splits; images left out do not count."""
    place: dict[str, str] = {}
    for sample in samples.samples:
        split = assignment[sample.image_id]
        if split != LEFT_OUT and place.setdefault(sample.patient, split) != split:
            raise DataError(
                f"patient {sample.patient!r} is in two splits, {place[sample.patient]!r} and {split!r}; allowed is one"
            )


def require_classes(samples: SampleSet, assignment: Assignment) -> None:
    """Raises DataError when a split shows one class alone, so that nothing can be learnt or measured on it."""
    values: dict[str, list[set[float]]] = defaultdict(lambda: [set() for _ in samples.classes])
    for sample in samples.samples:
        for found, label in zip(values[assignment[sample.image_id]], sample.labels, strict=True):
            if not math.isnan(label):
                found.add(label)
    if TRAIN not in values:
        raise DataError(
            f"{samples.name}: no image is left to train on; {len(samples)} images are too few for the split"
        )
    for split in SPLITS:
        if split in values and all(len(found) < 2 for found in values[split]):
            shown = [
                name for name, found in zip(samples.classes, values[split], strict=True) if max(found, default=0) > 0
            ]
            raise DataError(
                f"{samples.name}: split {split!r} has one class alone ({', '.join(shown) or 'none present'}); every split"
                " needs two, so more patients or other shares"
            )


def _fractions(samples: SampleSet, rule: SplitRule) -> Assignment:
    train = 1 - rule.selection - rule.calibration - rule.evaluation
    return _by_shares(samples, (train, rule.selection, rule.calibration, rule.evaluation), rule.seed)


def _official(samples: SampleSet, rule: SplitRule) -> Assignment:
    """The publisher's own test or validation set evaluates; selection and calibration come from its training set."""
    held_out = [sample for sample in samples.samples if sample.official_split in ("test", "valid")]
    if not held_out:
        return _fractions(samples, rule)
    people = {sample.patient for sample in held_out}
    rest = [sample for sample in samples.samples if sample.patient not in people]
    shares = (1 - rule.selection - rule.calibration, rule.selection, rule.calibration, 0.0)
    assignment = {sample.image_id: LEFT_OUT for sample in samples.samples}
    assignment |= {sample.image_id: EVALUATION for sample in held_out}
    return assignment | _by_shares(samples.with_samples(rest), shares, rule.seed)


def _given(samples: SampleSet, rule: SplitRule) -> Assignment:
    """Each image where the table of its folder puts it; left out without a word. Raises DataError for another word."""
    for sample in samples.samples:
        if sample.official_split not in (*SPLITS, LEFT_OUT):
            raise DataError(
                f"{samples.name}: image {sample.image_id!r} has split {sample.official_split!r}; rule given takes"
                f" {', '.join(SPLITS)}"
            )
    return {sample.image_id: sample.official_split for sample in samples.samples}


def _folds(samples: SampleSet, rule: SplitRule) -> Assignment:
    """One of the folds evaluates; of the patients outside it, shares select and calibrate."""
    records = [_record(sample, samples.classes) for sample in samples.samples]
    folds = patient_folds(records, rule.folds, rule.seed)
    rest = [record for record in records if folds[record.image_id] != rule.fold]
    shares = {SELECTION: rule.selection, CALIBRATION: rule.calibration}
    shares[TRAIN] = 1 - sum(shares.values())
    parts = split_by_patient(rest, shares, rule.seed + rule.fold)
    return {record.image_id: parts.get(record.image_id, EVALUATION) for record in records}


def _record(sample: Sample, classes: tuple[str, ...]) -> StratifiedImage:
    labels = {
        name: None if math.isnan(own) else int(own >= 0.5) for name, own in zip(classes, sample.labels, strict=True)
    }
    return StratifiedImage(sample.image_id, sample.patient, sample.view, labels)


def _paper000_clean(samples: SampleSet, rule: SplitRule) -> Assignment:
    """5 % of the training patients select, 5 % calibrate, valid.csv evaluates."""
    return _official(samples, SplitRule("official", rule.seed, 0.05, 0.05, rule.evaluation))


def _paper000_paper(samples: SampleSet, rule: SplitRule) -> Assignment:
    """valid.csv both selects and is reported on, as 000 did: there is no selection split, and the run selects on
    `evaluation`. Calibration still comes from the training patients (5 %)."""
    return _official(samples, SplitRule("official", rule.seed, 0.0, 0.05, rule.evaluation))


def _eighty_ten_ten(samples: SampleSet, rule: SplitRule) -> Assignment:
    """001 and 002: 80:10:10 stratified by class."""
    parts = _by_shares(samples, (0.8, 0.1, 0.0, 0.1), rule.seed, HALVED)
    return _halved(samples, parts, rule)


def _paper003(samples: SampleSet, rule: SplitRule) -> Assignment:
    return _filled(samples, rule, _quotas(samples, rule, QUOTAS_003))


def _paper003_old(samples: SampleSet, rule: SplitRule) -> Assignment:
    return _filled(samples, rule, _quotas(samples, rule, QUOTAS_003_OLD))


def _paper003_chexnet(samples: SampleSet, rule: SplitRule) -> Assignment:
    """The fourteen-label set without 003's validation and test patients: 95 % of the others train, 5 % select.

    003's split is found from the labels of this set: an image with one label is of that class, one with none of No
    Finding. Calibration stays empty: this network is only a start for 003's.
    """
    singles = samples.with_samples([sample for sample in samples.samples if _single_class(sample, samples.classes)])
    of_003 = [_single_class(sample, samples.classes) for sample in singles.samples]
    labelled = tuple(
        Sample(sample.image_path, sample.image_id, sample.patient, tuple(float(name == own) for name in CLASSES_003))
        for sample, own in zip(singles.samples, of_003, strict=True)
        if own in CLASSES_003
    )
    held = _paper003(SampleSet(samples.name, SINGLE, CLASSES_003, labelled), SplitRule("paper003", rule.seed))
    taken = {sample.patient for sample in labelled if held[sample.image_id] not in (TRAIN, LEFT_OUT)}
    rest = [sample for sample in samples.samples if sample.patient not in taken]
    assignment = {sample.image_id: LEFT_OUT for sample in samples.samples}
    return assignment | _by_shares(samples.with_samples(rest), (0.95, 0.05, 0.0, 0.0), rule.seed)


def _paper004(samples: SampleSet, rule: SplitRule) -> Assignment:
    return _counted(samples, rule, COUNTS_004)


def _paper004_sizes(samples: SampleSet, rule: SplitRule) -> Assignment:
    return _counted(samples, rule, COUNTS_004_SIZES)


Rule = Callable[[SampleSet, SplitRule], Assignment]
SPLIT_RULES: dict[str, Rule] = {
    "fractions": _fractions,
    "official": _official,
    "paper000-clean": _paper000_clean,
    "paper000-paper": _paper000_paper,
    "paper001": _eighty_ten_ten,
    "paper002": _eighty_ten_ten,
    "paper003": _paper003,
    "paper003-old": _paper003_old,
    "paper003-chexnet": _paper003_chexnet,
    "paper004": _paper004,
    "paper004-sizes": _paper004_sizes,
    "given": _given,
    "folds": _folds,
}


def strata(samples: SampleSet) -> Counts:
    """0/1 [n, columns] of what a split balances: the classes; for multi-label each label present and absent."""
    labels = np.array([sample.labels for sample in samples.samples], dtype=float).reshape(-1, len(samples.classes))
    present, absent = (labels >= 0.5).astype(np.int64), (labels < 0.5).astype(np.int64)  # NaN is neither
    return present if samples.task == SINGLE else np.hstack([present, absent])


def _by_shares(
    samples: SampleSet, shares: tuple[float, ...], seed: int, least: tuple[int, ...] = (1, 1, 1, 1)
) -> Assignment:
    """shares, and least images of a class: of train, selection, calibration, evaluation."""
    used = [part for part, share in enumerate(shares) if share > 0]
    names, own = [SPLITS[part] for part in used], [shares[part] for part in used]
    minimum = [least[part] for part in used]
    columns = strata(samples)
    quotas = np.array([shared_out(int(count), own, minimum) for count in columns.sum(axis=0)], dtype=np.int64).T
    return _dealt(samples, columns, quotas, names, seed)


def _dealt(samples: SampleSet, columns: Counts, quotas: Counts, names: Sequence[str], seed: int) -> Assignment:
    patients: dict[str, Counts] = {}
    for sample, row in zip(samples.samples, columns, strict=True):
        patients[sample.patient] = patients.get(sample.patient, 0) + row
    people = deal(patients, quotas, seed)
    return {sample.image_id: names[people[sample.patient]] for sample in samples.samples}


def _counted(samples: SampleSet, rule: SplitRule, counts: tuple[int, int, int]) -> Assignment:
    """004: so many train, validation and test images, each with the classes' proportions, the rest left out; all images
    in these proportions when there are fewer."""
    names = (TRAIN, SELECTION, EVALUATION, LEFT_OUT)
    shares = [*counts, max(len(samples) - sum(counts), 0)]
    names_used = [name for name, share in zip(names, shares, strict=True) if share]
    columns = strata(samples)
    own = [share for share in shares if share]
    least = [2 if name == SELECTION else 1 for name in names_used]
    quotas = np.array([shared_out(int(count), own, least) for count in columns.sum(axis=0)], dtype=np.int64).T
    return _halved(samples, _dealt(samples, columns, quotas, names_used, rule.seed), rule)


def _halved(samples: SampleSet, assignment: Assignment, rule: SplitRule) -> Assignment:
    """Half of the selection images, by patient and stratified, become calibration."""
    chosen = samples.with_samples([sample for sample in samples.samples if assignment[sample.image_id] == SELECTION])
    if not rule.halve or not chosen.samples:
        return assignment
    return assignment | _by_shares(chosen, (0.0, 0.5, 0.5, 0.0), rule.seed)


def _filled(samples: SampleSet, rule: SplitRule, quotas: Sequence[Sequence[int]]) -> Assignment:
    """003: patients in seeded order, each to the first of test, validation, train that still needs one of his classes;
    his images beyond a quota are left out (methods.md section 3)."""
    left = _scaled(samples, quotas)
    images: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples.samples:
        images[sample.patient].append(sample)
    assignment = {}
    for patient in seeded_order(images, rule.seed):
        kinds = [sample.labels.index(1.0) for sample in images[patient]]
        part = next((name for name in left if any(left[name][kind] > 0 for kind in kinds)), LEFT_OUT)
        for sample, kind in zip(images[patient], kinds, strict=True):
            is_needed = part != LEFT_OUT and left[part][kind] > 0
            assignment[sample.image_id] = part if is_needed else LEFT_OUT
            if is_needed:
                left[part][kind] -= 1
    return _halved(samples, assignment, rule)


def _quotas(samples: SampleSet, rule: SplitRule, paper: Sequence[Sequence[int]]) -> Sequence[Sequence[int]]:
    """Rows train, validation, test in the order of the set's classes: the rule's own, else the paper's; for other classes
    than 003's its overall proportions. Raises DataError when they do not fit the set."""
    if samples.task != SINGLE:
        raise DataError(f"split rule {rule.rule!r} does not fit task {samples.task!r}; allowed is {SINGLE}")
    if rule.quotas:
        if len(rule.quotas) != 3 or any(len(own) != len(samples.classes) for own in rule.quotas):
            raise DataError(
                f"split quotas {rule.quotas} are not three rows (train, validation, test) of one number for each of"
                f" {', '.join(samples.classes)}"
            )
        return rule.quotas
    if set(samples.classes) == set(CLASSES_003):
        return [[own[CLASSES_003.index(name)] for name in samples.classes] for own in paper]
    return [[sum(own)] * len(samples.classes) for own in paper]


def _scaled(samples: SampleSet, quotas: Sequence[Sequence[int]]) -> dict[str, list[int]]:
    """Quotas of evaluation, selection and train per class: as printed where the class has that many images, else all of
    its images in the same proportions."""
    counts = Counter(sample.labels.index(1.0) for sample in samples.samples)
    left: dict[str, list[int]] = {EVALUATION: [], SELECTION: [], TRAIN: []}
    for kind in range(len(samples.classes)):
        train, selection, evaluation = (own[kind] for own in quotas)
        if counts[kind] < train + selection + evaluation:
            train, selection, evaluation = shared_out(counts[kind], (train, selection, evaluation), (1, 2, 1))
        for name, value in ((EVALUATION, evaluation), (SELECTION, selection), (TRAIN, train)):
            left[name].append(value)
    return left


def _single_class(sample: Sample, classes: tuple[str, ...]) -> str:
    """The one class of an image of a multi-label set, "No Finding" without any, "" with several."""
    present = [name for name, label in zip(classes, sample.labels, strict=True) if label == 1.0]
    return (present[0] if present else "No Finding") if len(present) < 2 else ""
