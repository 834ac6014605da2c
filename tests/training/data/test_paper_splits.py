"""The papers' splits: published counts on tables of the published sizes, proportions on small ones, never a leak."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.training.data.synthetic_samples import single_set
from training.data.chestxray14_samples import FOURTEEN
from training.data.paper_splits import (
    CLASSES_003,
    PAPER_NAMES,
    QUOTAS_003,
    QUOTAS_003_OLD,
    SPLITS,
    Assignment,
    SplitRule,
    assign_splits,
    split_ids,
    write_assignment,
)
from training.data.records import DataError
from training.data.registry import DataSettings, read_samples
from training.data.samples import Sample, SampleSet
from training.data.splits import read_split

TWO = ("Normal", "Lung Opacity")


def _counts(samples: SampleSet, assignment: Assignment, name: str) -> list[int]:
    """Images per class of a paper's set."""
    chosen = set(split_ids(samples, assignment, name))
    labels = [sample.labels for sample in samples.samples if sample.image_id in chosen]
    return np.array(labels, dtype=int).reshape(-1, len(samples.classes)).sum(axis=0).tolist()


def _people(samples: SampleSet, assignment: Assignment) -> None:
    """No patient in two splits."""
    places: dict[str, set[str]] = {}
    for sample in samples.samples:
        if assignment[sample.image_id]:
            places.setdefault(sample.patient, set()).add(assignment[sample.image_id])
    assert set(map(len, places.values())) == {1}


@pytest.fixture(scope="module")
def rsna() -> SampleSet:
    """Normal 8,851 and Lung Opacity 6,012, one image per patient: the two classes of 001 and 004."""
    return single_set([(f"i{n:05d}", f"p{n}", int(n >= 8851)) for n in range(14863)], TWO)


def test_001_has_its_published_counts(rsna: SampleSet) -> None:
    assignment = assign_splits(rsna, SplitRule("paper001"))
    sizes = {name: len(split_ids(rsna, assignment, name)) for name in ("train", "val", "test", "all")}
    assert sizes == {"train": 11891, "val": 1486, "test": 1486, "all": 14863}
    for name in ("train", "val", "test", "selection", "calibration"):
        normal, opacity = _counts(rsna, assignment, name)
        assert opacity / (normal + opacity) == pytest.approx(6012 / 14863, abs=1e-3)  # 40.4 % positive


def test_004_has_its_published_counts(rsna: SampleSet) -> None:
    assignment = assign_splits(rsna, SplitRule("paper004"))
    assert [len(split_ids(rsna, assignment, name)) for name in ("train", "val", "test")] == [10000, 2000, 2000]
    assert _counts(rsna, assignment, "train") == [5955, 4045]  # about 3:2, as the paper says
    assert Counter(assignment.values())[""] == 863


def test_004_s_size_tables_use_every_image(rsna: SampleSet) -> None:
    assignment = assign_splits(rsna, SplitRule("paper004-sizes"))
    assert [len(split_ids(rsna, assignment, name)) for name in ("train", "val", "test")] == [12863, 2000, 0]


@pytest.fixture(scope="module")
def nih_table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Data_Entry_2017.csv of the published size: 112,120 rows, single-label images and their patients as published.

    Image j of a class belongs to patient j modulo the class's number of patients, counted from an offset of the class's
    own, so that many patients have images of several classes.
    """
    folder = tmp_path_factory.mktemp("nih")
    rows, visits = [], Counter[int]()
    published = (
        ("No Finding", 60361, 24907, 0),
        ("Infiltration", 9547, 5466, 9000),
        ("Atelectasis", 4215, 2643, 15000),
    )
    for label, images, patients, first in (
        *published,
        ("Effusion", 3955, 1984, 20000),
        ("Mass|Nodule", 34042, 14000, 4000),
    ):
        for number in range(images):
            person = (first + number % patients) % 30805 + 1
            rows.append(f"{person:08d}_{visits[person]:03d}.png,{label},{visits[person]},{person},50,F,PA,1,1,1,1")
            visits[person] += 1
    header = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,W,H],S[x,y]\n"
    (folder / "Data_Entry_2017.csv").write_text(header + "\n".join(rows) + "\n")
    return folder


@pytest.fixture(scope="module")
def four(nih_table: Path) -> SampleSet:
    """The single-label images of 003's classes."""
    return read_samples(DataSettings("chestxray14", task="single"), nih_table, check_files=False)


@pytest.mark.slow
@pytest.mark.parametrize(("rule", "quotas"), [("paper003", QUOTAS_003), ("paper003-old", QUOTAS_003_OLD)])
def test_003_meets_all_twelve_counts_on_a_table_of_the_published_size(
    four: SampleSet, rule: str, quotas: tuple[tuple[int, ...], ...]
) -> None:
    assert len(four) == 60361 + 9547 + 4215 + 3955
    assignment = assign_splits(four, SplitRule(rule))
    for name, quota in zip(("train", "val", "test"), quotas, strict=True):
        assert _counts(four, assignment, name) == list(quota)
    _people(four, assignment)


def test_003_s_sets_have_the_sizes_that_its_tables_divide_by() -> None:
    # methods.md section 1, traps 2 and 3; the older training and validation images are 7,996 together.
    assert [sum(own) for own in QUOTAS_003] == [11143, 1292, 1438]
    assert [sum(own) for own in QUOTAS_003_OLD[:2]] == [7196, 800]


@pytest.mark.slow
def test_the_chexnet_set_has_none_of_003_s_test_and_validation_patients(nih_table: Path, four: SampleSet) -> None:
    wide = read_samples(DataSettings("chestxray14"), nih_table, check_files=False)
    assignment, of_003 = assign_splits(wide, SplitRule("paper003-chexnet")), assign_splits(four, SplitRule("paper003"))
    held = {sample.patient for sample in four.samples if of_003[sample.image_id] not in ("train", "")}
    used = {sample.patient for sample in wide.samples if assignment[sample.image_id]}
    assert len(held) > 1000
    assert not held & used
    assert {sample.patient for sample in wide.samples} == held | used
    assert wide.classes == FOURTEEN


def _small(images: int = 60, per_patient: int = 2, classes: int = 2) -> SampleSet:
    """Classes in turns, `per_patient` images of each patient, all of one class."""
    rows = [(f"i{n:04d}", f"p{n // per_patient}", n // per_patient % classes) for n in range(images)]
    return single_set(rows, [f"c{k}" for k in range(classes)])


@pytest.mark.parametrize("rule", ["fractions", "official", "paper001", "paper002", "paper003", "paper004"])
@pytest.mark.parametrize("images", [60, 301])
def test_small_sets_have_every_class_in_every_split_and_no_shared_patient(rule: str, images: int) -> None:
    samples = _small(images)
    for seed in range(5):
        assignment = assign_splits(samples, SplitRule(rule, seed=seed))
        _people(samples, assignment)
        for split in SPLITS:
            assert min(_counts(samples, assignment, split)) > 0


def test_the_same_seed_gives_the_same_split_whatever_the_order() -> None:
    samples = _small()
    turned = SampleSet(samples.name, samples.task, samples.classes, samples.samples[::-1])
    for rule in ("fractions", "paper002", "paper003"):
        assert assign_splits(samples, SplitRule(rule)) == assign_splits(turned, SplitRule(rule))
        assert assign_splits(samples, SplitRule(rule)) != assign_splits(samples, SplitRule(rule, seed=1))


def test_calibration_is_half_of_the_paper_s_validation_set_unless_told_otherwise() -> None:
    samples = _small(200, 1)
    halved, whole = (assign_splits(samples, SplitRule("paper002", halve=halve)) for halve in (True, False))
    assert split_ids(samples, halved, "val") == split_ids(samples, whole, "val")
    assert len(split_ids(samples, halved, "calibration")) == 10
    assert split_ids(samples, whole, "calibration") == ()
    assert PAPER_NAMES["val"] == ("selection", "calibration")


def test_003_takes_other_classes_by_its_overall_proportions_and_other_quotas_as_given() -> None:
    samples = single_set([(f"i{n}", f"p{n}", n % 2) for n in range(400)], ("No Finding", "Pneumonia"))
    # Sums 11,143 / 1,292 / 1,438 of 13,873: of 200 images 160.64 / 18.63 / 20.73.
    # The two images that are short go to the largest remainders, .73 and .64.
    assert _counts(samples, assign_splits(samples, SplitRule("paper003")), "train") == [161, 161]
    rule = SplitRule("paper003", quotas=((10, 20), (4, 4), (2, 2)))
    assignment = assign_splits(samples, rule)
    assert [_counts(samples, assignment, name) for name in ("train", "val", "test")] == [[10, 20], [4, 4], [2, 2]]


def test_003_s_quotas_follow_the_order_of_the_classes() -> None:
    turned = CLASSES_003[::-1]
    samples = single_set([(f"i{n}", f"p{n}", n % 4) for n in range(20000)], turned)
    assert _counts(samples, assign_splits(samples, SplitRule("paper003")), "test") == [400, 400, 314, 324]


def _chexpert(train: int = 200, valid: int = 20) -> SampleSet:
    rng = np.random.default_rng(0)
    rows = [("train", n // 2) for n in range(train)] + [("valid", 1000 + n) for n in range(valid)]
    samples = tuple(
        Sample(
            Path("x"), f"{split}/{index}", f"p{person}", tuple(map(float, rng.random(5) < 0.3)), official_split=split
        )
        for index, (split, person) in enumerate(rows)
    )
    return SampleSet("chexpert", "multilabel", tuple("ABCDE"), samples)


def test_000_evaluates_on_valid_csv_and_calibrates_on_training_patients() -> None:
    samples = _chexpert()
    clean = assign_splits(samples, SplitRule("paper000-clean"))
    assert len(split_ids(samples, clean, "evaluation")) == 20
    assert all(image.startswith("valid/") for image in split_ids(samples, clean, "evaluation"))
    for split in ("selection", "calibration"):  # 5 % of 200 images, two to a patient
        assert 6 <= len(split_ids(samples, clean, split)) <= 16
    _people(samples, clean)
    paper = assign_splits(samples, SplitRule("paper000-paper"))
    assert split_ids(samples, paper, "selection") == ()
    assert len(split_ids(samples, paper, "evaluation")) == 20
    assert split_ids(samples, paper, "calibration")


def test_without_valid_csv_000_falls_back_to_shares() -> None:
    samples = _chexpert(200, 0)
    assert set(assign_splits(samples, SplitRule("paper000-clean")).values()) == set(SPLITS)


def test_a_split_comes_back_from_its_file_without_the_images_left_out(tmp_path: Path) -> None:
    samples = single_set([(f"i{n}", f"p{n // 3}", n % 2) for n in range(90)], TWO)
    assignment = assign_splits(samples, SplitRule("paper003", quotas=((20, 20), (4, 4), (4, 4))))
    assert "" in assignment.values()
    write_assignment(tmp_path / "split.csv", samples, assignment, 0)
    kept = {image: split for image, split in assignment.items() if split}
    assert read_split(tmp_path / "split.csv") == kept


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rule": "paper005"}, "split rule 'paper005' is not one of fractions, official, paper000-clean"),
        ({"evaluation": 0.9, "selection": 0.1}, "must leave some of 1 to train"),
        ({"calibration": -0.1}, "must not be below 0"),
    ],
)
def test_rules_that_make_no_sense_are_refused(settings: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        SplitRule(**settings)  # type: ignore[arg-type]


def test_a_split_with_one_class_alone_is_refused() -> None:
    # One patient has every opacity: wherever he goes, the other splits have normals alone.
    rows = [(f"i{n}", f"p{n}", 0) for n in range(40)] + [(f"j{n}", "x", 1) for n in range(40)]
    with pytest.raises(
        DataError, match=r"made: split '\w+' has one class alone \((Normal|Lung Opacity)\); every split"
    ):
        assign_splits(single_set(rows, TWO), SplitRule("paper001"))


def test_a_set_too_small_to_train_on_is_refused() -> None:
    with pytest.raises(DataError, match="no image is left to train on; 2 images are too few"):
        assign_splits(
            single_set([("a", "a", 0), ("b", "b", 1)], TWO), SplitRule("paper003", quotas=((0, 0), (1, 1), (0, 0)))
        )


def test_quotas_that_do_not_fit_the_classes_are_refused() -> None:
    with pytest.raises(DataError, match="are not three rows"):
        assign_splits(_small(), SplitRule("paper003", quotas=((1, 2, 3),)))
    with pytest.raises(DataError, match="does not fit task 'multilabel'"):
        assign_splits(_chexpert(), SplitRule("paper003"))


def test_unknown_labels_count_for_neither_side() -> None:
    rows = [(f"i{n}", f"p{n}", (math.nan, float(n % 2))) for n in range(40)]
    samples = SampleSet("m", "multilabel", ("a", "b"), tuple(Sample(Path("x"), i, p, labels) for i, p, labels in rows))
    assignment = assign_splits(samples, SplitRule())
    for split in SPLITS:
        assert {s.labels[1] for s in samples.samples if assignment[s.image_id] == split} == {0.0, 1.0}


def test_a_name_that_is_no_split_is_refused() -> None:
    with pytest.raises(DataError, match="split 'valid' is not one of train, selection"):
        split_ids(_small(), {}, "valid")


def test_the_small_samples_can_be_split_by_every_paper_s_rule(shared_data) -> None:  # type: ignore[no-untyped-def]
    folder = shared_data("rsna").parent
    for name, task, rule in (
        ("rsna", "", "paper001"),
        ("rsna", "single", "paper004"),
        ("chestxray14_320", "single", "paper003"),
        ("Dataset_BUSI_with_GT", "single", "paper002"),
    ):
        data = "busi" if name.startswith("Dataset") else name
        samples = read_samples(DataSettings(data, task=task), folder)
        _people(samples, assign_splits(samples, SplitRule(rule)))
