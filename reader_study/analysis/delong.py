"""DeLong covariance of empirical AUCs. DeLong, DeLong and Clarke-Pearson, Biometrics 1988."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from scipy.stats import norm

from reader_study.analysis.auc import kernel


@dataclass(frozen=True)
class AucEstimate:
    """An AUC with standard error and confidence limits (None with a reason where they do not exist)."""

    value: float
    se: float
    ci: tuple[float, float] | None
    method: str
    reason: str | None = None


def placement_covariance(kernels: np.ndarray) -> np.ndarray:
    """Covariance matrix of m AUCs of the same cases: S10 / n1 + S01 / n0.

    S10 is the sample covariance over the abnormal cases of V10(y) = mean_x psi, S01 over the normal cases of
    V01(x) = mean_y psi (divisors n - 1). kernels: float64 [m, n0, n1] with n0, n1 >= 2. Returns [m, m].
    """
    n0, n1 = kernels.shape[1:]
    v10, v01 = kernels.mean(axis=1), kernels.mean(axis=2)
    return np.atleast_2d(np.cov(v10)) / n1 + np.atleast_2d(np.cov(v01)) / n0


def estimate(normal: np.ndarray, abnormal: np.ndarray, alpha: float = 0.05, logit_scale: bool = True) -> AucEstimate:
    """AUC of one reader in one test with its DeLong interval, on the logit scale unless told otherwise.

    normal: (n0,), abnormal: (n1,). At AUC 0 or 1, or with fewer than two cases of a class, there is no interval.
    Raises ValueError if a class is empty.
    """
    if len(normal) == 0 or len(abnormal) == 0:
        raise ValueError(f"AUC needs both classes: {len(normal)} normal and {len(abnormal)} abnormal cases")
    psi = kernel(normal, abnormal)
    value = float(psi.mean())
    if min(psi.shape) < 2:
        return AucEstimate(value, float("nan"), None, "delong", "fewer than two cases of a class")
    se = float(np.sqrt(max(placement_covariance(psi[None])[0, 0], 0.0)))
    if se == 0.0:
        return AucEstimate(value, se, None, "delong", "no variation between cases")
    z = norm.ppf(1 - alpha / 2)
    if not logit_scale:
        return AucEstimate(value, se, (max(0.0, value - z * se), min(1.0, value + z * se)), "delong")
    half = z * se / (value * (1 - value))
    return AucEstimate(
        value, se, (float(expit(logit(value) - half)), float(expit(logit(value) + half))), "delong logit"
    )
