"""One function per command: a table in, a document out. The command line and the web application call the same."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from reader_study.analysis import VERSION, covariance, documents, dorfman_berbaum_metz, froc, sizing
from reader_study.analysis import obuchowski_rockette as obuchowski
from reader_study.analysis.agreement import cohen, fleiss, icc, krippendorff
from reader_study.analysis.agreement.result import Agreement, with_bootstrap
from reader_study.analysis.ai_alone import against_ai
from reader_study.analysis.design import FACTORIAL, NESTED_READERS, NESTED_TESTS, design_of, find_design
from reader_study.analysis.documents import CHI_SQUARE, Document, name_warnings, shown_df, without_nan
from reader_study.analysis.figures_of_merit import figure_of_merit
from reader_study.analysis.missing_cells import marks_without_empty, missing_words, without_empty
from reader_study.analysis.obuchowski_rockette import Components, ObuchowskiRockette, SingleTest
from reader_study.analysis.one_shot import one_shot_document
from reader_study.analysis.refusal import DataRefused
from reader_study.analysis.tables import RatingsTable

METHODS = ("or", "dbm", "ustat")


def require_method(method: str, estimator: str, fom: str) -> None:
    """Raises DataRefused for a method or covariance that is none, and for those that do not go with each other."""
    if method not in METHODS:
        raise DataRefused(f"method '{method}' is not one of {', '.join(METHODS)}")
    if method == "ustat" and fom != "auc":
        raise DataRefused(f"method ustat takes fom auc only, not '{fom}'")
    if method == "dbm" and fom in froc.NAMES:
        raise DataRefused(f"method dbm takes figures of ratings, not '{fom}'")
    if estimator not in covariance.ESTIMATORS:
        raise DataRefused(f"covariance '{estimator}' is not one of {', '.join(covariance.ESTIMATORS)}")
    if method == "or" and estimator != "jackknife" and fom != "auc":
        raise DataRefused(f"covariance '{estimator}' takes fom auc only, not '{fom}'")
    if method == "dbm" and estimator != "jackknife":
        raise DataRefused(f"method dbm is the jackknife; covariance '{estimator}' does not apply")


def analyse_ratings(
    table: RatingsTable,
    method: str = "or",
    estimator: str = "jackknife",
    fom: str = "auc",
    design: str = "auto",
    alpha: float = 0.05,
) -> Document:
    """The `mrmc` document. Raises DataRefused naming the value and what is allowed."""
    require_method(method, estimator, fom)
    if method == "ustat":
        return one_shot_document(table, alpha)
    merit = figure_of_merit(fom)
    table, left_out = without_empty(table)
    found = find_design(table, FACTORIAL if method == "dbm" else design)
    cells = covariance.estimate(table, merit, estimator)
    result = obuchowski.analyse(cells, found, alpha)
    limits = merit.limits.words()  # before anything fits again
    document = documents.ratings_head("mrmc", table, method, estimator, fom, found.type, alpha)
    document |= documents.analysis_blocks(table.tests, table.readers, cells, result, found.type, alpha)
    if method == "dbm":
        document["dbm"] = documents.dbm_block(dorfman_berbaum_metz.analyse(table, merit))
    return without_nan(
        {
            **document,
            "warnings": [
                *name_warnings(table),
                *left_out,
                *limits,
                *missing_words(~np.isnan(table.ratings), found),
                *_warnings(found.type, result),
            ],
        }
    )


def compare_with_ai(
    table: RatingsTable, ai: str, estimator: str = "jackknife", fom: str = "auc", alpha: float = 0.05
) -> list[Document]:
    """Readers against the reader named `ai`, the model alone, per test; see ai_alone. A test without the model's ratings
    takes them from the first test that has them. Raises DataRefused for an unknown name or missing ratings."""
    readers, scores = split_off_ai(table, ai)
    merit = figure_of_merit(fom)
    return [
        without_nan(
            {
                "test": own.test,
                "model": own.model,
                "readers": [{"reader": name, "estimate": value} for name, value in own.differences.items()],
                "rrrc": _single_document(own.random_readers) if own.random_readers else None,
                "frrc": _single_document(own.fixed_readers),
            }
        )
        for own in against_ai(readers, scores, merit, estimator, alpha)
    ]


def split_off_ai(table: RatingsTable, ai: str) -> tuple[RatingsTable, np.ndarray]:
    """(table of the people, the model's score per case) of a table in which the model is the reader `ai`."""
    if ai not in table.readers or len(table.readers) < 2:
        raise DataRefused(f"--ai '{ai}' is not one of the readers {', '.join(table.readers)} beside others")
    index = table.readers.index(ai)
    given = np.array([not np.isnan(row).all() for row in table.ratings[:, index]])
    scores = table.ratings[int(np.argmax(given)), index]
    people = [k for k in range(len(table.readers)) if k != index]
    tests = [k for k in range(len(table.tests)) if not np.isnan(table.ratings[k][people]).all()]
    kept = replace(
        table,
        tests=tuple(table.tests[k] for k in tests),
        readers=tuple(table.readers[k] for k in people),
        ratings=table.ratings[np.ix_(tests, people)],
    )
    return kept, scores


def _single_document(one: SingleTest) -> Document:
    return {"estimate": one.estimate, "se": one.se, "df": shown_df(one.df), "ci": list(one.ci) if one.ci else None}


def _warnings(design: str, result: ObuchowskiRockette) -> list[str]:
    parts = result.components
    found = []
    if result.rrrc and result.rrrc.statistic is not None and math.isinf(result.rrrc.df2 or 0):
        found.append(CHI_SQUARE)
    if design not in {NESTED_READERS, NESTED_TESTS} and parts.cov2 < parts.cov3:
        found.append("Cov2 is smaller than Cov3: their difference is taken as 0 in the tests")
    if parts.var_tr is not None and parts.var_tr < 0:
        found.append("Var(TR) is negative: readers differ less between tests than cases alone explain")
    if design in {NESTED_READERS, NESTED_TESTS}:
        found.append(f"design {design}: covariances of cells without common cases are 0")
    return found


def analyse_marks(table: froc.MarksTable, fom: str = "wafroc", alpha: float = 0.05) -> Document:
    """The `froc` document: OR on the jackknife over all cases, with all five figures of merit."""
    table, left_out = marks_without_empty(table)
    found = design_of(table.read)
    cells = froc.cells(table, fom)
    result = obuchowski.analyse(cells, found, alpha)
    document = documents.marks_head(table, fom, found.type, alpha)
    document |= documents.analysis_blocks(table.tests, table.readers, cells, result, found.type, alpha)
    told = [*name_warnings(table), *table.warnings, *left_out, *missing_words(table.read, found)]
    return without_nan({**document, "warnings": [*told, *_warnings(found.type, result)]})


def analyse_agreement(table: RatingsTable, level: str = "ordinal", seed: int = 0, alpha: float = 0.05) -> Document:
    """The `agreement` document: one object per statistic, per test; kappas for two readers, the others for all."""
    if level not in krippendorff.LEVELS:
        raise DataRefused(f"level '{level}' is not one of {', '.join(krippendorff.LEVELS)}")
    blocks = {name: _agreement_of(table.ratings[k], level, seed, alpha) for k, name in enumerate(table.tests)}
    return without_nan(
        {
            "command": "agreement",
            "version": VERSION,
            "input_sha256": table.sha256,
            "level": level,
            "alpha": alpha,
            "readers": list(table.readers),
            "tests": blocks,
            "warnings": [],
        }
    )


def _agreement_of(ratings: np.ndarray, level: str, seed: int, alpha: float) -> Document:
    """ratings: [readers, cases] of one test."""
    found: dict[str, Agreement] = {}
    levels = np.unique(ratings[~np.isnan(ratings)])
    complete = ratings[:, ~np.isnan(ratings).any(axis=0)].T  # [cases, readers]
    alpha_method = f"krippendorff {level}"
    found["krippendorff_alpha"] = with_bootstrap(
        lambda cases: krippendorff.krippendorff_alpha(cases.T, level), ratings.T, alpha_method, seed, alpha
    )
    if len(ratings) == 2 and len(complete) and len(levels) > 1:
        for weights in cohen.WEIGHTS:
            name = "kappa" if weights == "none" else f"kappa_{weights}"
            found[name] = with_bootstrap(
                lambda cases, w=weights: cohen.kappa(cohen.table_of(cases[:, 0], cases[:, 1], levels), w),  # type: ignore[misc]
                complete,
                f"cohen {weights}",
                seed,
                alpha,
            )
        table_of = lambda cases: cohen.table_of(cases[:, 0], cases[:, 1], levels)  # noqa: E731 - used twice, below
        found["pabak"] = with_bootstrap(lambda cases: cohen.pabak(table_of(cases)), complete, "pabak", seed, alpha)
        found["gwet_ac1"] = with_bootstrap(
            lambda cases: cohen.gwet_ac1(table_of(cases)), complete, "gwet ac1", seed, alpha
        )
    if len(ratings) >= 2 and len(complete) >= 2:
        counts = np.array([[(row == value).sum() for value in levels] for row in complete])
        found["fleiss_kappa"] = with_bootstrap(fleiss.fleiss_kappa, counts, "fleiss", seed, alpha)
    document: Document = {name: vars(result) for name, result in found.items()}
    if len(ratings) >= 2 and len(complete) >= 2:
        for form, value in icc.intraclass_correlations(complete, alpha).items():
            document[form] = {
                "estimate": value.estimate,
                "ci": value.ci,
                "n": len(complete),
                "method": "Shrout and Fleiss",
                "reason": value.reason,
            }
    return document


def size_study(
    parts: Components,
    pilot_cases: int,
    effect: float,
    readers: Sequence[int],
    cases: Sequence[int],
    alpha: float = 0.05,
    wanted: float = 0.8,
    analysis: str = "rrrc",
) -> Document:
    """The `size` document: power over readers x cases and the smallest number of cases per number of readers. Raises
    DataRefused naming the component or number that no study can have."""
    if effect == 0:
        raise DataRefused("effect 0 needs no study: give the smallest difference worth finding")
    if not -1 <= effect <= 1:
        raise DataRefused(f"effect {effect:g} is not from -1 to 1: figures of merit lie in 0 to 1")
    try:
        grid = [sizing.power(parts, pilot_cases, effect, j, k, analysis, alpha) for j in readers for k in cases]
    except ValueError as error:
        raise DataRefused(str(error)) from None
    smallest = {}
    for j in readers:
        enough = [entry.cases for entry in grid if entry.readers == j and entry.power >= wanted]
        smallest[str(j)] = min(enough) if enough else None
    return without_nan(
        {
            "command": "size",
            "version": VERSION,
            "analysis": analysis,
            "effect": effect,
            "alpha": alpha,
            "power": wanted,
            "components": vars(parts),
            "pilot_cases": pilot_cases,
            "grid": [{**vars(entry), "df2": shown_df(entry.df2)} for entry in grid],
            "smallest": smallest,
            "warnings": [f"Var(TR) is {parts.var_tr:g} and counts as 0"] if (parts.var_tr or 0) < 0 else [],
        }
    )
