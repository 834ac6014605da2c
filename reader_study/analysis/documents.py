"""Results as JSON documents: full precision, no NaN (null plus reason), tests in natural order, estimate = a - b."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from reader_study.analysis import VERSION, froc
from reader_study.analysis import obuchowski_rockette as obuchowski
from reader_study.analysis.covariance import Cells
from reader_study.analysis.dorfman_berbaum_metz import DorfmanBerbaumMetz
from reader_study.analysis.froc import MarksTable
from reader_study.analysis.obuchowski_rockette import Analysis, Difference, ObuchowskiRockette
from reader_study.analysis.tables import RatingsTable, alike_names

Document = dict[str, Any]
ZERO = {
    "rrrc": "the denominator is 0: MS(TR) is 0 and Cov2 is not above Cov3",
    "frrc": "the denominator is 0: the tests do not vary over cases",
    "rrfc": "the denominator is 0: MS(TR) is 0, every reader differs between the tests by the same amount",
}
CHI_SQUARE = (
    "MS(TR) is 0, every reader differs between the tests by the same amount: df2 is infinite, F is chi-square over df1 and t is"
    " normal"
)


def confidence(alpha: float) -> str:
    """`95 % CI` for alpha .05: the head of a column of limits."""
    return f"{round(100 * (1 - alpha), 6):g} % CI"


def interval_words(document: Mapping[str, Any]) -> str:
    """The head of a column of this document's limits; documents from before it was kept are of alpha .05."""
    return confidence(document.get("alpha", 0.05))


def without_nan(value: Any) -> Any:
    """The document with numpy scalars made plain and NaN or infinity made null."""
    if isinstance(value, dict):
        return {key: without_nan(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [without_nan(entry) for entry in value]
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return value


def shown_df(df: float | None) -> float | str | None:
    """Degrees of freedom as JSON has them: infinite ones are the text `infinity`, which float() of most languages reads."""
    return "infinity" if df is not None and math.isinf(df) else df


def difference_document(names: tuple[str, ...], difference: Difference) -> Document:
    return {
        "a": names[difference.a],
        "b": names[difference.b],
        "estimate": difference.estimate,
        "se": difference.se,
        "df": shown_df(difference.df),
        "p": difference.p,
        "ci": list(difference.ci) if difference.ci else None,
        **({} if difference.ci else {"reason": "standard error is 0"}),
    }


def _analysis(names: tuple[str, ...], analysis: Analysis, name: str) -> Document:
    statistic = "chi2" if name == "frrc" else "f"
    document: Document = {statistic: analysis.statistic}
    if statistic == "f":
        document |= {"df1": analysis.df1, "df2": shown_df(analysis.df2)}
    else:
        document["df"] = analysis.df1
    document["p"] = analysis.p
    if analysis.statistic is None:
        document["reason"] = "one test only" if not analysis.differences else ZERO[name]
    elif analysis.df2 is not None and math.isinf(analysis.df2):
        document["note"] = CHI_SQUARE
    document["differences"] = [difference_document(names, difference) for difference in analysis.differences]
    return document


def _singles(names: tuple[str, ...], analysis: Analysis) -> list[Document]:
    return [
        {"test": names[one.index], "estimate": one.estimate, "se": one.se, "df": shown_df(one.df), "ci": one.ci}
        for one in analysis.singles
    ]


def analysis_blocks(
    tests: tuple[str, ...],
    readers: tuple[str, ...],
    cells: Cells,
    result: ObuchowskiRockette,
    design: str,
    alpha: float,
) -> Document:
    """estimates, means, ms, components, rrrc, frrc and rrfc of a crossed or nested analysis."""
    t, r = cells.values.shape
    se = [[float(np.sqrt(max(cells.covariance[i, j, i, j], 0.0))) for j in range(r)] for i in range(t)]
    one_reader = {"reason": "one reader only: readers cannot be random"}
    return {
        "estimates": [
            {"test": tests[i], "reader": readers[j], "value": cells.values[i, j], "se": se[i][j]}
            for i in range(t)
            for j in range(r)
        ],
        "means": {tests[i]: cells.values[i].mean() for i in range(t)},
        "ms": {"T": result.ms.T, "R": result.ms.R, "TR": result.ms.TR},
        "components": vars(result.components),
        "rrrc": {**_analysis(tests, result.rrrc, "rrrc"), "tests": _singles(tests, result.rrrc)}
        if result.rrrc
        else one_reader,
        "frrc": {
            **_analysis(tests, result.frrc, "frrc"),
            "tests": _singles(tests, result.frrc),
            "readers": [
                {"reader": readers[reader], **difference_document(tests, difference)}
                for reader, difference in obuchowski.reader_differences(cells, design, alpha)
            ],
        },
        "rrfc": _analysis(tests, result.rrfc, "rrfc") if result.rrfc else one_reader,
    }


def name_warnings(table: RatingsTable | MarksTable) -> list[str]:
    """Tests and readers whose names are easily taken for one another."""
    return [*alike_names("tests", table.tests), *alike_names("readers", table.readers)]


def ratings_head(
    command: str, table: RatingsTable, method: str, covariance: str | None, fom: str, design: str, alpha: float
) -> Document:
    """What every ratings document starts with."""
    return {
        "command": command,
        "version": VERSION,
        "input_sha256": table.sha256,
        "method": method,
        "covariance": covariance,
        "fom": fom,
        "alpha": alpha,
        "design": {
            "type": design,
            "tests": list(table.tests),
            "readers": list(table.readers),
            "n_cases": len(table.cases),
            "n_normal": table.n_normal,
            "n_abnormal": table.n_abnormal,
        },
    }


def marks_head(table: MarksTable, fom: str, design: str, alpha: float) -> Document:
    """Head of a free-response document, with all five figures of merit per test and reader."""
    t, r = len(table.tests), len(table.readers)
    return {
        "command": "froc",
        "version": VERSION,
        "input_sha256": table.sha256,
        "method": "or",
        "covariance": "jackknife",
        "fom": fom,
        "alpha": alpha,
        "design": {
            "type": design,
            "tests": list(table.tests),
            "readers": list(table.readers),
            "n_cases": table.n_normal + table.n_abnormal,
            "n_normal": table.n_normal,
            "n_abnormal": table.n_abnormal,
        },
        "foms": {
            name: [
                {"test": table.tests[i], "reader": table.readers[j], "value": froc.value(table, i, j, name)}
                for i in range(t)
                for j in range(r)
            ]
            for name in froc.NAMES
        },
    }


def dbm_block(result: DorfmanBerbaumMetz) -> Document:
    """Mean squares and components of the pseudovalue ANOVA."""
    return {"ms": result.ms, "components": result.components, "f": result.f}
