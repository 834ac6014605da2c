"""The document of the one-shot (U-statistic) analysis, and its degrees of freedom: Hillis's on crossed data, BDG's on any."""

from itertools import combinations

import numpy as np
from scipy.stats import t as student

from reader_study.analysis import covariance, documents
from reader_study.analysis import obuchowski_rockette as obuchowski
from reader_study.analysis.design import FACTORIAL
from reader_study.analysis.documents import Document, name_warnings, shown_df, without_nan
from reader_study.analysis.figures_of_merit import figure_of_merit
from reader_study.analysis.tables import RatingsTable
from reader_study.analysis.ustatistics import OneShot

LEAST_VARIANCE = 1e-14  # the moments are of size 1, and their difference is no more exact than this
UNTRUNCATED = (
    "degrees of freedom are not truncated to whole numbers, as the reference program iMRMC does: its p and limits differ where"
    " df is small"
)
UNCROSSED = "ratings are missing or uncrossed: df by Satterthwaite over the moments (BDG)"


def one_shot_document(table: RatingsTable, alpha: float = 0.05) -> Document:
    """The `mrmc` document of method ustat. p and limits take Hillis's df where every reader read every case in every test, else
    BDG's; both stand beside. Raises DataRefused where the moments do not exist."""
    shot = OneShot(table)
    tests = range(len(table.tests))
    areas = [shot.auc(test) for test in tests]
    matrix = np.array([[shot.covariance(one, other) for other in tests] for one in tests])
    complete = not np.isnan(table.ratings).any()
    hillis_singles, hillis_pairs = _hillis(table, alpha) if complete else ({}, {})
    shape = "factorial" if complete else "unbalanced"
    document = documents.ratings_head("mrmc", table, "ustat", None, "auc", shape, alpha)
    singles = []
    for k in tests:
        df = _both(shot, {k: 1.0}, float(matrix[k, k]), hillis_singles.get(k))
        singles.append(_interval({"test": table.tests[k]}, areas[k], float(matrix[k, k]), df, alpha))
    differences = []
    for a, b in combinations(tests, 2):
        variance = float(matrix[a, a] + matrix[b, b] - 2 * matrix[a, b])
        df = _both(shot, {a: 1.0, b: -1.0}, variance, hillis_pairs.get((a, b)))
        name = {"a": table.tests[a], "b": table.tests[b]}
        differences.append(_interval(name, areas[a] - areas[b], variance, df, alpha, is_tested=True))
    warnings = [*name_warnings(table), *([] if complete else [UNCROSSED]), UNTRUNCATED]
    return without_nan({**document, "ustat": {"tests": singles, "differences": differences}, "warnings": warnings})


def _hillis(table: RatingsTable, alpha: float) -> tuple[dict[int, float | None], dict[tuple[int, int], float | None]]:
    cells = covariance.estimate(table, figure_of_merit("auc"), "unbiased")
    crossed = obuchowski.analyse(cells, FACTORIAL, alpha).rrrc
    if crossed is None:
        return {}, {}
    return {one.index: one.df for one in crossed.singles}, {(d.a, d.b): d.df for d in crossed.differences}


def _both(shot: OneShot, weights: dict[int, float], variance: float, hillis: float | None) -> Document:
    bdg = shot.degrees_of_freedom(weights, max(variance, 0.0))
    method = "Hillis" if hillis is not None else "BDG"
    return {"df": hillis if hillis is not None else bdg, "df_method": method, "df_hillis": hillis, "df_bdg": bdg}


def _interval(
    name: Document, value: float, variance: float, df: Document, alpha: float, *, is_tested: bool = False
) -> Document:
    """estimate, se, df, ci and for differences p; a variance that is not positive gives nulls with the reason."""
    shown = {key: shown_df(one) if key != "df_method" else one for key, one in df.items()}
    if not variance > LEAST_VARIANCE or df["df"] is None:
        reason = "no degrees of freedom" if df["df"] is None else "the estimated variance is not positive"
        nothing = {"se": None, **shown, "ci": None, "reason": reason}
        return {**name, "estimate": value, **nothing, **({"p": None} if is_tested else {})}
    se = float(np.sqrt(variance))
    half = float(student.ppf(1 - alpha / 2, df["df"])) * se
    tested = {"p": 2 * float(student.sf(abs(value) / se, df["df"]))} if is_tested else {}
    return {**name, "estimate": value, "se": se, **shown, "ci": [value - half, value + half], **tested}
