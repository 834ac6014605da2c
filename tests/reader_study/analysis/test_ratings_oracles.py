"""Unusual rating studies, invented, against R 4.2.2: pROC 1.18.0 (areas, partial areas, DeLong covariances), aov (mean squares of
OR and DBM), ordinal 2022.11.16 (binormal fits); the rest base R from the published formulas (oracles/ratings.R).

crossed: 19 normal and 11 abnormal cases, five categories, one reader with perfect separation. three_tests: 34 and 6 cases,
a fine scale. negative: Cov2 < Cov3. gaps: a fifth of three_tests missing. Nothing is skipped.
"""

import csv

import numpy as np
import pytest

from reader_study.analysis import covariance, studies
from reader_study.analysis.binormal import fit_binormal
from reader_study.analysis.tables import RatingsTable, read_ratings
from tests.reader_study.analysis.oracle_digits import DATA, assert_has, digits_of

DIGITS = digits_of("ratings")
LIKELIHOOD = 2e-4  # two searches for the same maximum


def table_of(study: str) -> RatingsTable:
    return read_ratings(DATA / f"{study}.csv")


@pytest.mark.parametrize(("estimator", "study"), [(e, study) for e in covariance.ESTIMATORS for study in DIGITS[e]])
def test_obuchowski_rockette(estimator: str, study: str) -> None:
    document = studies.analyse_ratings(table_of(study), estimator=estimator)
    assert_has(document, DIGITS[estimator][study])


def test_the_studies_hold_what_they_are_for() -> None:
    jackknife = DIGITS["jackknife"]
    assert max(entry["value"] for entry in jackknife["crossed"]["estimates"]) == 1.0
    assert jackknife["negative"]["components"]["cov2"] < jackknife["negative"]["components"]["cov3"]
    assert jackknife["crossed"]["components"]["var_tr"] < 0
    assert np.isnan(table_of("gaps").ratings).mean() > 0.15


@pytest.mark.parametrize("study", DIGITS["dbm"])
def test_dorfman_berbaum_metz(study: str) -> None:
    document = studies.analyse_ratings(table_of(study), method="dbm")
    assert_has(document["dbm"], DIGITS["dbm"][study])


@pytest.mark.parametrize("study", DIGITS["ustat"])
def test_one_shot_variance(study: str) -> None:
    document = studies.analyse_ratings(table_of(study), method="ustat")
    assert_has(document["ustat"], DIGITS["ustat"][study])


@pytest.mark.parametrize("fom", DIGITS["fom"])
def test_other_figures_of_merit(fom: str) -> None:
    assert_has(studies.analyse_ratings(table_of("crossed"), fom=fom), DIGITS["fom"][fom])


@pytest.mark.parametrize("cell", DIGITS["binormal"]["three_tests"] + DIGITS["binormal"]["crossed"], ids=str)
def test_binormal_fit(cell: dict[str, object]) -> None:
    study = "three_tests" if cell in DIGITS["binormal"]["three_tests"] else "crossed"
    table = table_of(study)
    ratings = table.ratings[table.tests.index(str(cell["test"])), table.readers.index(str(cell["reader"]))]
    fit = fit_binormal(ratings[~table.truth], ratings[table.truth])
    assert_has(vars(fit), {name: cell[name] for name in ("a", "b", "auc")}, rel=LIKELIHOOD)


def test_jackknife_of_binormal_fits() -> None:
    table = table_of("crossed")
    two = RatingsTable(table.tests, table.readers[:3:2], table.cases, table.truth, table.ratings[:, :3:2], "")
    document = studies.analyse_ratings(two, fom="auc_binormal")
    digits = DIGITS["binormal"]["jackknife"]
    assert_has(document, {name: digits[name] for name in ("estimates", "means")}, rel=1e-3)


@pytest.mark.parametrize("estimator", DIGITS["ai"])
def test_readers_against_the_model(estimator: str) -> None:
    with (DATA / "model.csv").open() as file:
        score_of = {row["case"]: float(row["score"]) for row in csv.DictReader(file)}
    table = table_of("crossed")
    model = np.array([score_of[case] for case in table.cases])
    joined = RatingsTable(
        table.tests,
        (*table.readers, "AI"),
        table.cases,
        table.truth,
        np.concatenate([table.ratings, np.stack([model, np.full(len(model), np.nan)])[:, None]], axis=1),
        "",
    )
    assert_has(studies.compare_with_ai(joined, "AI", estimator), DIGITS["ai"][estimator])


@pytest.mark.parametrize("components", ["ordinary", "floored"])
@pytest.mark.parametrize("analysis", ["rrrc", "frrc", "rrfc"])
def test_sizing(components: str, analysis: str) -> None:
    own = {"ordinary": {}, "floored": {"cov2": 0.0006, "var_tr": -0.0003}}[components]
    parts = studies.Components(**{**DIGITS["size"]["parts"], **own})
    for size in DIGITS["size"][components][analysis]:
        document = studies.size_study(parts, 60, 0.08, [size["readers"]], [size["cases"]], analysis=analysis)
        assert_has(document["grid"], [size], rel=1e-8)
