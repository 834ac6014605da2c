"""Mean squares that are rounding noise count as zero; an infinite df is chi-square in both places, and is said."""

import math
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2

from reader_study.analysis import studies
from reader_study.analysis.ai_alone import against_ai
from reader_study.analysis.covariance import Cells
from reader_study.analysis.dorfman_berbaum_metz import analyse as analyse_dbm
from reader_study.analysis.figures_of_merit import figure_of_merit
from reader_study.analysis.froc import MarksTable
from reader_study.analysis.obuchowski_rockette import analyse
from reader_study.analysis.tables import RatingsTable, read_ratings
from tests.reader_study.analysis.oracle_data import failing_input


def table_of(ratings: np.ndarray, n_normal: int) -> RatingsTable:
    t, r, n = ratings.shape
    names = [tuple(str(k + 1) for k in range(count)) for count in (t, r, n)]
    return RatingsTable(names[0], names[1], names[2], np.arange(n) >= n_normal, ratings.astype(float), "")


def equal_gain(readers: Sequence[int], gain: int = 7, n: int = 10) -> RatingsTable:
    """Each reader's AUC rises by the same amount: `gain` of n * n pairs, from another place for each reader."""
    normal = np.arange(n, dtype=float)

    def abnormal(pairs: int) -> np.ndarray:  # ratings that beat `pairs` normals in all
        beaten = np.array([(pairs + k) // n for k in range(n)])
        return beaten - 0.5

    rows = [[np.concatenate([normal, abnormal(base + add)]) for base in readers] for add in (0, gain)]
    return table_of(np.array(rows), n)


def assert_equal_gain(document: dict[str, Any], gain: float) -> None:
    rrfc, rrrc, frrc = (document[name] for name in ("rrfc", "rrrc", "frrc"))
    assert rrfc["f"] is None
    assert "MS(TR) is 0" in rrfc["reason"]
    assert document["ms"]["TR"] == 0
    assert rrrc["differences"][0]["estimate"] == pytest.approx(-gain)
    if rrrc["f"] is None:
        assert rrrc["reason"]
        assert rrrc["differences"][0]["p"] is None
    else:
        assert rrrc["df2"] == rrrc["differences"][0]["df"] == "infinity"
        assert float(rrrc["df2"]) == math.inf
        assert rrrc["p"] == pytest.approx(chi2.sf(rrrc["f"], 1))
        assert rrrc["p"] == pytest.approx(rrrc["differences"][0]["p"])
        assert "chi-square" in rrrc["note"]
        assert rrrc["note"] in document["warnings"]
    assert frrc["chi2"] is None or frrc["chi2"] < 1e6


def test_equal_gain_of_sensitivity(shared_data: Callable[[str], Path]) -> None:
    document = studies.analyse_ratings(
        read_ratings(failing_input(shared_data, "F01_equal_gain_sens.csv")), fom="sens:3"
    )
    assert document["rrrc"]["f"] == pytest.approx(8.142857, abs=1e-6)
    assert document["rrrc"]["p"] == pytest.approx(0.0043231, abs=1e-7)
    assert document["rrrc"]["differences"][0]["p"] == pytest.approx(0.00432311, abs=1e-8)
    assert document["rrrc"]["df2"] == "infinity"


def test_equal_gain_of_the_area(shared_data: Callable[[str], Path]) -> None:
    document = studies.analyse_ratings(read_ratings(failing_input(shared_data, "F02_equal_gain_auc.csv")))
    assert_equal_gain(document, 0.07)
    assert document["rrrc"]["differences"][0]["p"] == pytest.approx(0.33094, abs=1e-5)
    assert document["rrrc"]["differences"][0]["ci"] == pytest.approx([-0.211117, 0.071117], abs=1e-6)


@pytest.mark.parametrize(
    ("readers", "gain"), [((51, 63, 77), 7), ((50, 50, 51, 68), 13), ((61, 83), 3), ((47, 71, 59), 11)]
)
@pytest.mark.parametrize("estimator", ["jackknife", "delong", "unbiased"])
def test_equal_gains(readers: tuple[int, ...], gain: int, estimator: str) -> None:
    assert_equal_gain(studies.analyse_ratings(equal_gain(readers, gain), estimator=estimator), gain / 100)


@pytest.mark.parametrize("fom", ["auc", "pauc:0,1", "pauc:0.1,0.7", "sens:3", "spec:3"])
def test_equal_gains_of_other_figures(fom: str) -> None:
    rows = equal_gain((51, 63, 77)).ratings.copy()
    rows[:, 1:] = rows[:, :1]  # all readers alike: their gains are equal whatever the figure
    document = studies.analyse_ratings(table_of(rows, 10), fom=fom)
    assert document["ms"]["TR"] == 0
    assert document["rrfc"]["f"] is None
    assert "MS(TR) is 0" in document["rrfc"]["reason"]


def test_equal_gains_by_dbm() -> None:
    found = analyse_dbm(equal_gain((51, 63, 77)), figure_of_merit("auc"))
    assert found.ms["TR"] == 0
    document = studies.analyse_ratings(equal_gain((51, 63, 77)), method="dbm")
    assert_equal_gain(document, 0.07)


def test_equal_gains_of_marks() -> None:
    generator = np.random.default_rng(3)
    nl, lesions = generator.normal(size=(2, 1, 20)), generator.normal(1, 1, (2, 1, 9, 2))
    table = MarksTable(
        ("A", "B"), ("1", "2", "3"), 11, nl.repeat(3, axis=1), lesions.repeat(3, axis=1), np.full((9, 2), 0.5)
    )
    for fom in ("wafroc", "wafroc1", "afroc", "afroc1", "hrauc"):
        document = studies.analyse_marks(table, fom)
        assert document["ms"]["TR"] == 0
        assert document["rrfc"]["f"] is None


def test_equal_gains_over_the_model() -> None:
    table = equal_gain((51, 63, 77))
    one = table_of(table.ratings[:1], 10)
    scores = table.ratings[1, 0]
    same = table_of(one.ratings[:, [0, 0, 0]], 10)
    found = against_ai(same, scores, figure_of_merit("auc"))[0]
    assert found.random_readers is not None
    assert found.random_readers.df == math.inf


def test_constant_ratings_and_identical_tests_have_no_test() -> None:
    for rows in (np.ones((2, 3, 20)), np.tile(equal_gain((51, 63, 77)).ratings[:1], (2, 1, 1))):
        document = studies.analyse_ratings(table_of(rows, 10))
        assert document["rrrc"]["differences"][0]["estimate"] == 0
        assert document["frrc"]["chi2"] is None
        assert document["frrc"]["reason"]


def test_real_differences_are_no_noise() -> None:
    # One pair of 10^10 is a difference; its mean squares stand.
    values = np.array([[0.9, 0.8], [0.9, 0.8 + 1e-10]])
    found = analyse(Cells(values, np.zeros((2, 2, 2, 2)))).ms
    assert pytest.approx(2.5e-21) == found.TR


def test_no_random_reader_result_is_without_df() -> None:
    generator = np.random.default_rng(5)
    for t, r in product((1, 2, 3), (2, 3, 10)):
        document = studies.analyse_ratings(table_of(generator.integers(0, 6, (t, r, 24)), 12))
        for entry in [*document["rrrc"]["differences"], *document["rrrc"]["tests"]]:
            assert entry["df"] is not None
