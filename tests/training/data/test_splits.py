"""Patient-wise splits: disjoint, stratified, seeded, and refused when they leak."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from training.data.records import DataError
from training.data.splits import StratifiedImage, patient_folds, read_split, split_by_patient, write_split

SHARES = {"train": 0.6, "val": 0.2, "test": 0.2}


def _records(patients: int = 100, images: int = 3) -> list[StratifiedImage]:
    """Every fifth patient is positive; `images` images each."""
    return [
        StratifiedImage(f"{p}_{i}", f"p{p}", "PA" if p % 2 else "AP", {"lung_opacity": int(p % 5 == 0)})
        for p in range(patients)
        for i in range(images)
    ]


def _places(records: list[StratifiedImage], assignment: dict[str, object]) -> dict[str, set[object]]:
    places: dict[str, set[object]] = {}
    for record in records:
        places.setdefault(record.patient, set()).add(assignment[record.image_id])
    return places


def test_no_patient_is_in_two_splits() -> None:
    records = _records()
    assignment = split_by_patient(records, SHARES)
    assert set(map(len, _places(records, dict(assignment)).values())) == {1}


def test_splits_keep_the_shares_and_the_prevalence() -> None:
    # 100 patients x 3 images: 180 / 60 / 60 images; 20 positive patients: 36 / 12 / 12 positive images.
    records = _records()
    assignment = split_by_patient(records, SHARES)
    assert Counter(assignment.values()) == {"train": 180, "val": 60, "test": 60}
    positive = Counter(assignment[r.image_id] for r in records if r.labels["lung_opacity"])
    assert positive == {"train": 36, "val": 12, "test": 12}


def test_the_same_seed_gives_the_same_split_and_another_seed_another() -> None:
    records = _records()
    assert split_by_patient(records, SHARES, seed=3) == split_by_patient(records[::-1], SHARES, seed=3)
    assert split_by_patient(records, SHARES, seed=3) != split_by_patient(records, SHARES, seed=4)


def test_folds_group_patients_and_balance_labels() -> None:
    records = _records()
    folds = patient_folds(records, 5)
    assert set(map(len, _places(records, dict(folds)).values())) == {1}
    assert Counter(folds[r.image_id] for r in records if r.labels["lung_opacity"]) == dict.fromkeys(range(5), 12)


@pytest.mark.parametrize("k", [1, 101])
def test_too_few_or_too_many_folds_are_refused(k: int) -> None:
    with pytest.raises(DataError, match=f"k {k} folds of 100 patients; allowed are 2..100"):
        patient_folds(_records(), k)


@pytest.mark.parametrize("shares", [{}, {"train": 0.5}, {"train": 1.2, "test": -0.2}])
def test_shares_must_be_positive_and_sum_to_one(shares: dict[str, float]) -> None:
    with pytest.raises(DataError, match="must be above 0 and sum to 1"):
        split_by_patient(_records(), shares)


def test_a_split_comes_back_from_its_file(tmp_path: Path) -> None:
    records = _records(20)
    assignment = split_by_patient(records, SHARES)
    write_split(tmp_path / "split.csv", records, assignment, seed=0)
    assert read_split(tmp_path / "split.csv", records) == assignment


def test_a_leaking_split_is_neither_written_nor_read(tmp_path: Path) -> None:
    records = _records(2, images=2)
    leak = {"0_0": "train", "0_1": "test", "1_0": "train", "1_1": "train"}
    with pytest.raises(DataError, match="patient 'p0' is in two splits, 'train' and 'test'"):
        write_split(tmp_path / "split.csv", records, leak, seed=0)
    (tmp_path / "split.csv").write_text("image,patient,split,seed\n0_0,p0,train,0\n0_1,p0,test,0\n")
    with pytest.raises(DataError, match=r"split\.csv row 3: patient 'p0' is in two splits"):
        read_split(tmp_path / "split.csv")


def test_an_image_without_a_split_is_named(tmp_path: Path) -> None:
    (tmp_path / "split.csv").write_text("image,patient,split\n0_0,p0,train\n")
    with pytest.raises(DataError, match="image '0_1' has no split"):
        read_split(tmp_path / "split.csv", _records(1, images=2))


def test_a_leak_hidden_from_the_file_shows_in_the_records(tmp_path: Path) -> None:
    # The file was written when the two images still passed for two people.
    (tmp_path / "split.csv").write_text("image,patient,split\n0_0,x,train\n0_1,y,test\n")
    with pytest.raises(DataError, match="patient 'p0' is in two splits"):
        read_split(tmp_path / "split.csv", _records(1, images=2))


def test_patients_with_the_rarest_label_are_placed_first() -> None:
    # One patient has the rare label and 10 images, 10 others have one image each. Placed first, its 10 images are made
    # up for by the others: 10 and 10. Placed last, they come on top of 5 and 5: 15 and 5.
    rare = [StratifiedImage(f"rare_{i}", "rare", "PA", {"mass": 1}) for i in range(10)]
    common = [StratifiedImage(f"{p}", f"p{p}", "PA", {}) for p in range(10)]
    for seed in range(5):
        assert Counter(split_by_patient(rare + common, {"a": 0.5, "b": 0.5}, seed).values()) == {"a": 10, "b": 10}
