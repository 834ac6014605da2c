"""DeLong's covariance of empirical AUCs, and the interval of one AUC. DeLong, DeLong and Clarke-Pearson, Biometrics 1988."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm

Floats = NDArray[np.floating]


def placement_covariance(of_abnormal: Floats, of_normal: Floats) -> NDArray[np.float64]:
    """Covariance matrix [m, m] of m AUCs of the same cases: S10 / n1 + S01 / n0.

    S10 is the sample covariance over the abnormal cases of V10(y) = mean_x psi, S01 over the normal cases of
    V01(x) = mean_y psi (divisors n - 1). of_abnormal [m, n1] or [n1], of_normal [m, n0] or [n0], n0, n1 >= 2, as
    `roc_area.placements` gives them; differences of two AUCs' placements give the variance of the AUCs' difference.
    """
    n1, n0 = of_abnormal.shape[-1], of_normal.shape[-1]
    covariance: NDArray[np.float64] = np.atleast_2d(np.cov(of_abnormal)) / n1 + np.atleast_2d(np.cov(of_normal)) / n0
    return covariance


def logit_interval(area: float, se: float, alpha: float = 0.05) -> tuple[float, float]:
    """The interval of log(A / (1 - A)) mapped back, so that it stays inside [0, 1]; 0 < area < 1."""
    half = float(norm.ppf(1 - alpha / 2)) * se / (area * (1 - area))
    return float(expit(logit(area) - half)), float(expit(logit(area) + half))
