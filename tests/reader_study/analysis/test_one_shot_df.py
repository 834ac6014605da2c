"""Degrees of freedom of the one-shot analysis: those of the reference program (BDG), untruncated, beside Hillis's."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t as student

from reader_study.analysis.simulate import STRUCTURES, simulate
from reader_study.analysis.studies import analyse_ratings
from reader_study.analysis.tables import RatingsTable, read_ratings
from reader_study.analysis.ustatistics import OneShot
from tests.measures.pair_kernel import kernel
from tests.reader_study.analysis.oracle_data import failing_input


def split_plot(seed: int, groups: int = 2, readers: int = 3, n: int = 20) -> RatingsTable:
    """Each group of readers reads its own n + n cases, in both tests."""
    whole = simulate(
        STRUCTURES["HL"],
        np.random.default_rng(seed),
        readers=groups * readers,
        n_normal=groups * n,
        n_abnormal=groups * n,
    )
    ratings = whole.ratings.copy()
    for reader in range(groups * readers):
        ratings[:, reader, np.arange(2 * groups * n) % groups != reader % groups] = np.nan
    return RatingsTable(whole.tests, whole.readers, whole.cases, whole.truth, ratings, "")


def by_tables_of_pairs(table: RatingsTable, variance: float) -> float:
    """The same df for a difference of two tests from the table of all triples, as iMRMC has it (whole d_f)."""
    x, y = table.ratings[:, :, ~table.truth], table.ratings[:, :, table.truth]
    mask = ((~np.isnan(x))[..., :, None] & (~np.isnan(y))[..., None, :]).astype(float)
    psi = np.array([[kernel(a, b) for a, b in zip(p, q, strict=True)] for p, q in zip(x, y, strict=True)]) * mask
    spread = 0.0
    for axis in range(3):
        others = tuple(a for a in range(3) if a != axis)
        part = 0.0
        for one, other, sign in ((0, 0, 1), (1, 1, 1), (0, 1, -2)):
            shared = np.sum(psi[one].sum(axis=others) * psi[other].sum(axis=others))
            pairs = np.sum(mask[one].sum(axis=others) * mask[other].sum(axis=others))
            free = psi[one].sum() * psi[other].sum() / mask[one].sum() / mask[other].sum()
            part += sign * (shared / pairs - free)
        d = mask[0].sum() ** 2 / np.sum(mask[0].sum(axis=others) ** 2) - 1
        assert d == pytest.approx(round(d))
        spread += (part / d) ** 2 / d
    return float(variance**2 / spread)


def test_split_plot_of_the_reference_program(shared_data: Callable[[str], Path]) -> None:
    table = read_ratings(failing_input(shared_data, "F09_split_plot.csv"))
    document = analyse_ratings(table, method="ustat")
    found = document["ustat"]["differences"][0]
    assert found["df"] == found["df_bdg"] == pytest.approx(5.723973528, abs=1e-9)
    assert found["df_method"] == "BDG"
    assert found["df_hillis"] is None
    assert found["p"] == pytest.approx(0.77311, abs=1e-5)
    assert found["ci"] == pytest.approx([-0.07352, 0.05752], abs=1e-5)
    ratio = abs(found["estimate"]) / found["se"]
    half = student.ppf(0.975, 5) * found["se"]
    assert 2 * student.sf(ratio, 5) == pytest.approx(0.7746060319, abs=1e-9)  # iMRMC truncates to 5
    assert [found["estimate"] - half, found["estimate"] + half] == pytest.approx([-0.07603091, 0.06003091], abs=1e-8)
    assert any("not truncated" in text for text in document["warnings"])


@pytest.mark.parametrize(("groups", "readers"), [(2, 2), (2, 3), (3, 2), (1, 4)])
def test_the_moments_by_tables_of_pairs(groups: int, readers: int) -> None:
    table = split_plot(groups * 10 + readers, groups, readers)
    found = analyse_ratings(table, method="ustat")["ustat"]["differences"][0]
    assert found["df_bdg"] == pytest.approx(by_tables_of_pairs(table, found["se"] ** 2), rel=1e-9)


def test_crossed_data_have_both() -> None:
    document = analyse_ratings(split_plot(3, groups=1, readers=4), method="ustat")
    for entry in [*document["ustat"]["differences"], *document["ustat"]["tests"]]:
        assert entry["df"] == entry["df_hillis"]
        assert entry["df_method"] == "Hillis"
        assert entry["df_bdg"] >= 3  # no less than the smallest factor has


@pytest.mark.parametrize("seed", range(4))
def test_no_result_with_random_readers_is_asymptotic(seed: int) -> None:
    generator = np.random.default_rng(seed)
    table = split_plot(seed, 2, 2)
    ratings = np.where(generator.random(table.ratings.shape) < 0.1, np.nan, table.ratings)
    gaps = RatingsTable(table.tests, table.readers, table.cases, table.truth, ratings, "")
    document = analyse_ratings(gaps, method="ustat")
    for entry in [*document["ustat"]["differences"], *document["ustat"]["tests"]]:
        assert entry["df"] is not None
        assert entry["df"] > 2  # effective numbers of four readers are below four where some read more


def test_tests_without_common_readers_have_a_part_each() -> None:
    table = split_plot(8, groups=1, readers=6)
    ratings = table.ratings.copy()
    ratings[0, :3] = ratings[1, 3:] = np.nan
    apart = OneShot(RatingsTable(table.tests, table.readers, table.cases, table.truth, ratings, ""))
    assert apart.degrees_of_freedom({0: 1.0, 1: -1.0}, 1e-3) is not None
