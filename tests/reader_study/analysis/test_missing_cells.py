"""OR with missing cells: pairwise-complete covariances, reader groups, tests and readers that nobody or who did not read."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t as student

from reader_study.analysis import covariance
from reader_study.analysis.covariance import common_covariance
from reader_study.analysis.design import find_design, reader_groups
from reader_study.analysis.figures_of_merit import figure_of_merit
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.simulate import STRUCTURES, simulate
from reader_study.analysis.studies import analyse_ratings
from reader_study.analysis.tables import RatingsTable, read_ratings
from tests.reader_study.analysis.oracle_data import failing_input
from tests.reader_study.analysis.test_one_shot_df import split_plot


def crossed(seed: int, tests: int = 2, readers: int = 4) -> RatingsTable:
    return simulate(
        STRUCTURES["HL"], np.random.default_rng(seed), tests=tests, readers=readers, n_normal=20, n_abnormal=20
    )


def without(table: RatingsTable, *cells: tuple[int | slice, int | slice, int | slice]) -> RatingsTable:
    ratings = table.ratings.copy()
    for cell in cells:
        ratings[cell] = np.nan
    return replace(table, ratings=ratings)


ALL = slice(None)


@pytest.mark.parametrize("fom", ["auc", "pauc:0,0.4", "sens:1", "spec:1"])
@pytest.mark.parametrize("estimator", covariance.ESTIMATORS)
def test_one_missing_rating_changes_little(fom: str, estimator: str) -> None:
    if estimator != "jackknife" and fom != "auc":
        return
    whole, gap = crossed(1), without(crossed(1), (1, 2, 33))
    complete, found = (analyse_ratings(table, estimator=estimator, fom=fom) for table in (whole, gap))
    assert found["method"] == "or"
    assert found["design"]["type"] == "pairwise"
    assert any("1 of 320 ratings are missing" in text for text in found["warnings"])
    for name in ("rrrc", "frrc"):
        one, other = (document[name]["differences"][0] for document in (complete, found))
        assert other["estimate"] == pytest.approx(one["estimate"], abs=0.02)
        assert other["se"] == pytest.approx(one["se"], rel=0.15)
    assert found["rrrc"]["df2"] is not None


def test_a_covariance_over_common_columns_by_hand() -> None:
    # Common columns 1 and 2: sample covariance (1)(3)/1 with means 1.5 and 3.5 over them is .5 * 1.5 * 2 = 1.5; c 2, n 3, n' 3.
    rows = np.array([[0.0, 1.0, 2.0, np.nan], [np.nan, 2.0, 5.0, 1.0]])
    assert common_covariance(rows)[0, 1] == pytest.approx(2 * 1.5 / 9)
    assert common_covariance(rows)[0, 0] == pytest.approx(1 / 3)
    assert common_covariance(np.array([[1.0, np.nan], [np.nan, 1.0]])).tolist() == [[0, 0], [0, 0]]


def test_groups_of_readers_are_those_who_share_cases() -> None:
    read = np.zeros((1, 5, 6), bool)
    for reader, case in ((0, 0), (2, 0), (2, 1), (3, 1), (1, 4), (4, 5)):
        read[0, reader, case] = True
    assert reader_groups(read) == (0, 1, 0, 0, 2)


@pytest.mark.parametrize(("groups", "readers"), [(2, 2), (2, 3), (3, 2)])
def test_split_plot_within_groups_by_hand(groups: int, readers: int) -> None:
    table = split_plot(groups * 10 + readers, groups, readers)
    document = analyse_ratings(table, estimator="delong")
    assert document["design"]["type"] == "split-plot"
    values = covariance.estimate(table, figure_of_merit("auc"), "delong").values
    of = np.arange(groups * readers) % groups
    gains = values[0] - values[1]
    df = groups * readers - groups
    ms_tr = sum(((gains[of == g] - gains[of == g].mean()) ** 2).sum() for g in range(groups)) / 2 / df
    parts = document["components"]
    d = ms_tr + readers * max(parts["cov2"] - parts["cov3"], 0)
    assert document["ms"]["TR"] == pytest.approx(ms_tr)
    found = document["rrrc"]["differences"][0]
    assert found["estimate"] == pytest.approx(gains.mean())
    assert found["se"] == pytest.approx(np.sqrt(2 * d / (groups * readers)))
    assert document["rrrc"]["df2"] == pytest.approx(d**2 / (ms_tr**2 / df))
    assert found["p"] == pytest.approx(2 * student.sf(abs(gains.mean()) / found["se"], document["rrrc"]["df2"]))
    assert any(f"{groups} groups of readers" in text for text in document["warnings"])


def test_one_group_is_the_crossed_analysis() -> None:
    table = crossed(5)
    assert find_design(table).groups is None
    named = find_design(table, "pairwise")
    assert analyse_ratings(table)["rrrc"] == analyse_ratings(table, design=named.type)["rrrc"]


def test_the_split_plot_of_the_failing_inputs(shared_data: Callable[[str], Path]) -> None:
    table = read_ratings(failing_input(shared_data, "F09_split_plot.csv"))
    for estimator in covariance.ESTIMATORS:
        document = analyse_ratings(table, estimator=estimator)
        assert document["design"]["type"] == "split-plot"
        assert document["rrrc"]["differences"][0]["estimate"] == pytest.approx(-0.008)
        assert 4 <= document["rrrc"]["df2"] < 60


@pytest.mark.parametrize("method", ["or", "dbm"])
def test_three_tests_with_an_empty_one(method: str) -> None:
    document = analyse_ratings(without(crossed(2, tests=3), (1, ALL, ALL)), method=method)
    assert document["design"]["tests"] == ["1", "3"]
    assert "test '2' was read by nobody and is left out" in document["warnings"]


def test_a_reader_lost_in_one_test_is_said() -> None:
    document = analyse_ratings(without(crossed(2), (1, 3, ALL)))
    assert document["design"]["readers"] == ["1", "2", "3"]
    assert "reader '4' read nothing in test '2' and is left out" in document["warnings"]


def test_tests_without_a_common_reader_are_refused() -> None:
    table = without(crossed(3), (0, slice(0, 2), ALL), (1, slice(2, 4), ALL))
    with pytest.raises(DataRefused, match="no reader read a case in every test"):
        analyse_ratings(table)


def test_a_class_that_one_group_lacks_is_named() -> None:
    table = split_plot(4)
    lacking = np.flatnonzero(~np.isnan(table.ratings[0, 0]) & table.truth)
    with pytest.raises(DataRefused, match="reader '1' in test '1': 0 abnormal cases, auc needs at least 2"):
        analyse_ratings(without(table, (ALL, 0, lacking)))  # type: ignore[arg-type]


def test_dbm_needs_every_cell_and_names_the_gap() -> None:
    with pytest.raises(DataRefused, match="no rating of reader '3' in test '2' for case '34'"):
        analyse_ratings(without(crossed(1), (1, 2, 33)), method="dbm")
