"""Power and sample size of a two-test study from Obuchowski-Rockette components. Hillis, Obuchowski and Berbaum, Acad Radiol 2011.

J readers, K cases, pilot n cases, c = n / K, e = max(Cov2 - Cov3, 0), v = max(Var(TR), 0), effect d.
RRRC: D = v + c (Var - Cov1 + (J-1) e), M = v + c (Var - Cov1 - e), df2 = (M + J c e)^2 / (M^2 / (J-1)).
FRRC: D = c (Var - Cov1 + (J-1) e), chi-square on 1 df. RRFC: D = M, df2 = J - 1. Non-centrality J d^2 / (2 D).
"""

import math
from dataclasses import dataclass

from scipy.stats import chi2, f, ncf, ncx2

from reader_study.analysis.obuchowski_rockette import Components

ANALYSES = ("rrrc", "frrc", "rrfc")


@dataclass(frozen=True)
class Power:
    """Power of one size; df2 is None for the chi-square of fixed readers."""

    readers: int
    cases: int
    power: float
    ncp: float
    df2: float | None


def power(
    parts: Components,
    pilot_cases: int,
    effect: float,
    readers: int,
    cases: int,
    analysis: str = "rrrc",
    alpha: float = 0.05,
) -> Power:
    """Power beyond the central 1 - alpha quantile. Raises ValueError for fewer than 2 readers or cases, an unknown name, or
    components that leave no variance."""
    if analysis not in ANALYSES:
        raise ValueError(f"analysis '{analysis}' is not one of {', '.join(ANALYSES)}")
    if readers < 2 or cases < 2 or pilot_cases < 2:
        raise ValueError(f"readers {readers}, cases {cases} and pilot cases {pilot_cases} must each be at least 2")
    _require_variance(parts)
    c = pilot_cases / cases
    e = max(parts.cov2 - parts.cov3, 0.0)
    v = max(parts.var_tr or 0.0, 0.0)
    middle = v + c * (parts.var - parts.cov1 - e)
    if analysis == "frrc":
        spread, df2 = c * (parts.var - parts.cov1 + (readers - 1) * e), None
    elif analysis == "rrfc":
        spread, df2 = middle, float(readers - 1)
    else:
        spread = v + c * (parts.var - parts.cov1 + (readers - 1) * e)
        df2 = (middle + readers * c * e) ** 2 / (middle**2 / (readers - 1)) if middle > 0 else math.inf
    if not spread > 0:
        raise ValueError(
            f"Var {parts.var:g}, Cov1 {parts.cov1:g}, Cov2 {parts.cov2:g}, Cov3 {parts.cov3:g} and Var(TR) {parts.var_tr or 0:g}"
            f" leave no variance for {analysis} with {readers} readers: check them"
        )
    ncp = readers * effect**2 / (2 * spread)
    if df2 is None:
        return Power(readers, cases, float(ncx2.sf(chi2.ppf(1 - alpha, 1), 1, ncp)), ncp, None)
    if math.isinf(df2):
        return Power(readers, cases, float(ncx2.sf(chi2.ppf(1 - alpha, 1), 1, ncp)), ncp, df2)
    return Power(readers, cases, float(ncf.sf(f.ppf(1 - alpha, 1, df2), 1, df2, ncp)), ncp, df2)


def _require_variance(parts: Components) -> None:
    """Raises ValueError naming a component that no study can have. Var(TR) of a pilot may be negative: it counts as 0."""
    if not parts.var > 0:
        raise ValueError(f"Var {parts.var:g} is not above 0: a figure of merit varies over cases")
    if parts.var - parts.cov1 < 0:
        raise ValueError(f"Cov1 {parts.cov1:g} is above Var {parts.var:g}: no covariance exceeds the variance")
    for name, value in (("Cov2", parts.cov2), ("Cov3", parts.cov3)):
        if abs(value) > parts.var:
            raise ValueError(f"{name} {value:g} is above Var {parts.var:g}: no covariance exceeds the variance")
