"""Largest remainders, and patients dealt out until quotas are met."""

from __future__ import annotations

import numpy as np
import pytest

from training.data.quotas import deal, seeded_order, shared_out


@pytest.mark.parametrize(
    ("count", "shares", "least", "expected"),
    [
        (10, (0.8, 0.1, 0.1), (), [8, 1, 1]),
        # 001's classes: 8851 * .8 = 7080.8, .1 = 885.1; 6012 * .8 = 4809.6, .1 = 601.2.
        (8851, (0.8, 0.1, 0.1), (), [7081, 885, 885]),
        (6012, (0.8, 0.1, 0.1), (), [4810, 601, 601]),
        (7, (1, 1), (), [4, 3]),  # a tie goes to the earlier part
        (3, (0.9, 0.05, 0.05), (), [1, 1, 1]),  # everyone has at least one
        (2, (0.9, 0.05, 0.05), (), [2, 0, 0]),  # too few for that
        (6, (0.9, 0.05, 0.05), (1, 2, 1), [3, 2, 1]),
        (3, (0.9, 0.05, 0.05), (1, 2, 1), [1, 1, 1]),  # too few for `least`
        (5, (1, 0, 1), (), [3, 0, 2]),  # no share, nothing
        (0, (1, 1), (), [0, 0]),
    ],
)
def test_images_are_shared_out_by_largest_remainders(
    count: int, shares: tuple[float, ...], least: tuple[int, ...], expected: list[int]
) -> None:
    assert shared_out(count, shares, least) == expected


def test_quotas_are_met_exactly_with_one_image_per_patient() -> None:
    patients = {f"p{number}": np.eye(2, dtype=np.int64)[int(number % 5 == 0)] for number in range(100)}
    quotas = np.array([[60, 15], [20, 5]])
    people = deal(patients, quotas, seed=0)
    for part in (0, 1):
        counts = sum(own for name, own in patients.items() if people[name] == part)
        assert counts.tolist() == quotas[part].tolist()


def test_patients_with_several_images_come_close() -> None:
    rng = np.random.default_rng(0)
    patients = {f"p{number}": rng.integers(0, 4, 3) for number in range(300)}
    total = sum(patients.values())
    quotas = np.array([shared_out(int(count), (0.7, 0.3)) for count in total]).T
    people = deal(patients, quotas, seed=0)
    counts = sum(own for name, own in patients.items() if people[name] == 0)
    assert np.abs(counts - quotas[0]).max() <= 3


def test_the_order_follows_the_seed_and_not_the_table() -> None:
    names = [f"p{number}" for number in range(20)]
    assert seeded_order(dict.fromkeys(names), 1) == seeded_order(dict.fromkeys(names[::-1]), 1)
    assert seeded_order(dict.fromkeys(names), 1) != seeded_order(dict.fromkeys(names), 2)


def test_patients_with_the_rarest_class_are_dealt_first() -> None:
    # The patient with the one image of class 1 has 10 of class 0 besides; dealt first, the 10 others make up for them.
    patients = {f"p{k}": np.array([1, 0]) for k in range(10)} | {"rare": np.array([10, 1])}
    for seed in range(5):
        found = deal(patients, np.array([[10, 1], [10, 1]]), seed)
        images = [sum(int(patients[name][0]) for name, part in found.items() if part == which) for which in (0, 1)]
        assert images == [10, 10]
