"""Degenerate binormal fits have the area of their limit, are counted and said."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from reader_study.analysis.binormal import fit_binormal
from reader_study.analysis.studies import analyse_ratings
from reader_study.analysis.tables import RatingsTable, read_ratings
from tests.reader_study.analysis.oracle_data import VAN_DYKE, study_file


def repeated(*counts: int) -> np.ndarray:
    return np.repeat(np.arange(len(counts), dtype=float), counts)


@pytest.mark.parametrize(
    ("normal", "abnormal", "area", "words"),
    [
        (repeated(9), repeated(0, 7), 1.0, "separated"),
        (repeated(0, 9), repeated(7), 0.0, "separated"),
        (repeated(9), repeated(7), 0.5, "all ratings are equal"),
        (repeated(62, 3, 4, 0), repeated(2, 0, 1, 41), norm.cdf(norm.ppf(42 / 44)), "b -> 0"),
        (repeated(41, 1, 0, 2), repeated(0, 4, 3, 62), None, ""),
    ],
)
def test_the_area_of_the_limit(normal: np.ndarray, abnormal: np.ndarray, area: float | None, words: str) -> None:
    fit = fit_binormal(normal, abnormal)
    assert 0 <= fit.auc <= 1
    if area is not None:
        assert fit.auc == pytest.approx(area, abs=0.02)
        assert words in str(fit.reason)


def test_the_limit_of_b_is_what_small_b_tends_to() -> None:
    # One abnormal case among the lowest, the others above all normals but few: TPF is about flat at 42 of 44.
    fit = fit_binormal(repeated(62, 3, 4, 0), repeated(2, 0, 1, 41))
    assert fit.auc == pytest.approx(norm.cdf(fit.a))
    assert fit.b < 0.02


def test_a_study_with_degenerate_refits_is_analysed() -> None:
    truth = np.repeat([False, True], [69, 44])
    plain = np.concatenate([repeated(30, 20, 12, 7), repeated(4, 8, 12, 20)])
    nearly = np.concatenate([repeated(65, 4), repeated(0, 1, 43)])  # separated once one abnormal case is left out
    ratings = np.array([[plain, plain[::1]], [nearly, plain]])
    table = RatingsTable(("A", "B"), ("1", "2"), tuple(map(str, range(113))), truth, ratings, "")
    document = analyse_ratings(table, fom="auc_binormal")
    assert document["rrrc"]["df2"] is not None
    told = [text for text in document["warnings"] if "degenerate" in text]
    assert len(told) == 1
    assert "1 degenerate: the classes are separated" in told[0]


def test_the_textbook_data_set(shared_data: Callable[[str], Path]) -> None:
    document = analyse_ratings(read_ratings(study_file(shared_data, VAN_DYKE)), fom="auc_binormal")
    told = next(text for text in document["warnings"] if "degenerate" in text)
    assert told.startswith("2 of ")
    assert "b -> 0, Phi(a)" in told
    assert "separated" in told
    assert document["rrrc"]["p"] == pytest.approx(document["rrrc"]["differences"][0]["p"])
