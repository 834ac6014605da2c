"""Figures of merit of one reader in one test, and their leave-one-case-out values.

Names: auc, auc_binormal, pauc:LO,HI, sens:CUT, spec:CUT. A figure of merit knows which cases it counts: sensitivity counts
abnormal cases only, specificity normal ones.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from measures.roc_area import auc, counts_below
from reader_study.analysis.binormal import fit_binormal
from reader_study.analysis.partial_auc import partial_auc, partial_auc_leave_one_out
from reader_study.analysis.plain_numbers import plain_number
from reader_study.analysis.refusal import DataRefused

NAMES = "auc, auc_binormal, pauc:LO,HI, sens:CUT, spec:CUT"


@dataclass
class Limits:
    """How many fits were asked for, and how many were degenerate and gave the area of their limit, by reason."""

    fits: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def words(self) -> list[str]:
        """What a result says of them."""
        if not self.reasons:
            return []
        kinds = "; ".join(f"{count} {reason}" for reason, count in sorted(self.reasons.items()))
        return [
            f"{self.reasons.total()} of {self.fits} binormal fits and refits are degenerate and count at their limit: {kinds}"
        ]


@dataclass(frozen=True)
class FigureOfMerit:
    """value(normal, abnormal) -> float; leave_one_out(normal, abnormal) -> values without each counted case.

    The leave-one-out vector lists the normal cases first, then the abnormal ones, as far as they are counted.
    """

    name: str
    counts_normal: bool
    counts_abnormal: bool
    value: Callable[[np.ndarray, np.ndarray], float]
    leave_one_out: Callable[[np.ndarray, np.ndarray], np.ndarray]
    limits: Limits = field(default_factory=Limits)


def figure_of_merit(text: str) -> FigureOfMerit:
    """The figure of merit of that name; raises DataRefused naming the value and the allowed names."""
    name, _, argument = text.partition(":")
    if text == "auc":
        return FigureOfMerit("auc", True, True, auc, auc_leave_one_out)
    if text == "auc_binormal":
        return _binormal(text)
    if name == "pauc" and argument:
        low, high = _numbers(text, argument, 2)
        if not 0 <= low < high <= 1:
            raise DataRefused(f"fom '{text}': the range must satisfy 0 <= LO < HI <= 1")
        return FigureOfMerit(
            text,
            True,
            True,
            lambda normal, abnormal: partial_auc(normal, abnormal, low, high),
            lambda normal, abnormal: partial_auc_leave_one_out(normal, abnormal, low, high),
        )
    if name == "sens" and argument:
        (cut,) = _numbers(text, argument, 1)
        return _share(text, False, lambda ratings: ratings >= cut)
    if name == "spec" and argument:
        (cut,) = _numbers(text, argument, 1)
        return _share(text, True, lambda ratings: ratings < cut)
    raise DataRefused(f"fom '{text}' is not one of {NAMES}")


def _numbers(text: str, argument: str, count: int) -> list[float]:
    values = [plain_number(part) for part in argument.split(",")]
    if len(values) != count or np.isnan(values).any():
        raise DataRefused(f"fom '{text}' is not one of {NAMES}")
    return values


def auc_leave_one_out(normal: np.ndarray, abnormal: np.ndarray) -> np.ndarray:
    """AUC without each case, from mid-ranks: no refits. Needs two cases of each class."""
    n0, n1 = len(normal), len(abnormal)
    of_abnormal = counts_below(normal, abnormal)
    of_normal = n1 - counts_below(abnormal, normal)
    total = of_abnormal.sum()
    without_normal = (total - of_normal) / ((n0 - 1) * n1) if n0 > 1 else np.full(n0, np.nan)
    without_abnormal = (total - of_abnormal) / (n0 * (n1 - 1)) if n1 > 1 else np.full(n1, np.nan)
    return np.concatenate([without_normal, without_abnormal])


def _binormal(name: str) -> FigureOfMerit:
    limits = Limits()

    def value(normal: np.ndarray, abnormal: np.ndarray) -> float:
        fit = fit_binormal(normal, abnormal)
        limits.fits += 1
        if fit.reason is not None and np.isfinite(fit.auc):
            limits.reasons[fit.reason] += 1
        return fit.auc

    return replace(_refitted(name, value), limits=limits)


def _refitted(name: str, value: Callable[[np.ndarray, np.ndarray], float]) -> FigureOfMerit:
    """Leave-one-out by refit, one refit per distinct rating of a class: equal ratings give equal refits."""

    def leave_one_out(normal: np.ndarray, abnormal: np.ndarray) -> np.ndarray:
        of_normal = {x: value(np.delete(normal, np.argmax(normal == x)), abnormal) for x in np.unique(normal)}
        of_abnormal = {y: value(normal, np.delete(abnormal, np.argmax(abnormal == y))) for y in np.unique(abnormal)}
        return np.array([of_normal[x] for x in normal] + [of_abnormal[y] for y in abnormal])

    return FigureOfMerit(name, True, True, value, leave_one_out)


def _share(name: str, of_normal: bool, hit: Callable[[np.ndarray], np.ndarray]) -> FigureOfMerit:
    def value(normal: np.ndarray, abnormal: np.ndarray) -> float:
        return float(hit(normal if of_normal else abnormal).mean())

    def leave_one_out(normal: np.ndarray, abnormal: np.ndarray) -> np.ndarray:
        hits = hit(normal if of_normal else abnormal).astype(float)
        return (hits.sum() - hits) / (len(hits) - 1) if len(hits) > 1 else np.full(len(hits), np.nan)

    return FigureOfMerit(name, of_normal, not of_normal, value, leave_one_out)
