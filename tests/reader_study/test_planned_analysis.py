"""One missing answer changes neither the planned method nor the family of tests; no database."""

from itertools import product

import numpy as np
import pytest

from reader_study.analysis.missing_rules import RULES, under_rule
from reader_study.analysis.multiplicity import holm
from reader_study.analysis.refusal import DataRefused
from reader_study.results.compute_results import analyse_text, analysed, declared_primaries, multiplicity, table_of_text

PLAN = {"method": "or", "covariance": "jackknife", "fom": "auc", "alpha": 0.05}


def ratings_text(missing: int) -> str:
    """84 ratings: 3 readers, 2 tests, 14 cases; `missing` of them empty."""
    generator = np.random.default_rng(3)
    rows = []
    for number, (reader, test, case) in enumerate(product("RST", "AB", range(14))):
        rating = "" if number < missing else str(generator.integers(0, 100) + 30 * (case > 6))
        rows.append(f"{reader},{test},c{case},{int(case > 6)},{rating}")
    return "\n".join(["reader,test,case,truth,rating", *rows]) + "\n"


@pytest.mark.parametrize("fom", ["auc", "sens:50", "spec:50", "pauc:0,0.3"])
@pytest.mark.parametrize("method", ["or", "dbm"])
def test_one_missing_answer_in_84_keeps_the_planned_method(fom: str, method: str) -> None:
    plan = {**PLAN, "fom": fom, "method": method}
    document = analyse_text(ratings_text(1), plan)
    assert (document["method"], document["fom"]) == (method, fom)
    assert document["reason"].startswith(f"1 ratings are missing: method {method}")
    family = multiplicity({"x": {"mrmc": document}, "y": {"mrmc": analyse_text(ratings_text(0), plan)}}, ["x", "y"])
    assert set(family["p"]) == {"x", "y"}
    assert family["without_p"] == {}


def test_the_family_holds_every_primary_whatever_its_method() -> None:
    tested = {"mrmc": analyse_text(ratings_text(0), PLAN)}
    one_shot = {"mrmc": {"ustat": {"differences": [{"p": 0.2}]}}}
    family = multiplicity({"a": tested, "b": one_shot, "c": {"mrmc": {"refused": "no cases"}}}, ["a", "b", "c", "d"])
    assert family["p"]["b"] == 0.2
    assert family["p"]["c"] == family["p"]["d"] == 1.0
    assert family["without_p"] == {"c": "no cases", "d": "no difference was tested"}
    assert family["adjusted"] == dict(zip("abcd", holm([family["p"][code] for code in "abcd"]), strict=True))


def test_a_finding_flagged_primary_is_analysed_and_in_the_family() -> None:
    body = {
        "statistics": {"primary_finding": "a", "secondaries": ["c"]},
        "findings": [{"code": code, "primary": code == "b"} for code in "abc"],
    }
    assert declared_primaries(body) == ["a", "b"]
    assert analysed(body) == ["a", "c", "b"]


def test_rules_for_missing_ratings() -> None:
    table = table_of_text(ratings_text(3))
    assert np.isnan(under_rule(table, "pairwise", 0).ratings).sum() == 3
    assert under_rule(table, "exclude", 0).ratings.shape == (2, 3, 11)
    filled = under_rule(table, "lowest", -1.0).ratings
    assert (filled == -1).sum() == 3
    assert set(RULES) == {"pairwise", "exclude", "lowest", "one-shot"}
    with pytest.raises(DataRefused, match="missing 'mean' is not one of pairwise, exclude, lowest, one-shot"):
        under_rule(table, "mean", 0)
    with pytest.raises(DataRefused, match="leaves no case"):
        under_rule(table_of_text(ratings_text(14)), "exclude", 0)


def test_a_figure_of_marks_takes_its_p_from_the_marks() -> None:
    marks = {"rrrc": {"differences": [{"p": 0.03}]}}
    family = multiplicity({"a": {"mrmc": {"refused": "of marks"}, "froc": marks}}, ["a"], "wafroc")
    assert family["p"] == {"a": 0.03}
    assert family["without_p"] == {}
