"""A calibrator refitted on the labels of one site: sigmoid(a z + b) of the same logits, and whether it is better there.

Refused below FEWEST cases of either class, where they come from too few patients, where the new curve does not rise in every
resample of patients, and where the cross-fitted log loss does not fall with its interval. methods.md section 12.7.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from measures.bootstrap import percentile_limits, resamples, weight_blocks

FEWEST = 50  # positives, and negatives
FEWEST_PATIENTS = 10  # with the finding, and without
FOLDS = 5
REFITS = 200
DRAWS = 1000
BINS = 15
TINY = 1e-12
LEAST_SCALE = 1e-3  # below, the number hardly follows the score

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SiteCases:
    """Of one finding. logits: of the network. before: probabilities as they are now. labels: 0 or 1. weights: inverse of the chance
    that the case was asked for. All [n]."""

    logits: Floats
    before: Floats
    labels: Floats
    weights: Floats
    patients: Sequence[str]


@dataclass(frozen=True)
class Figure:
    """A weighted mean with its 95 % interval (patient bootstrap). floor: what perfectly calibrated
    numbers would show by chance."""

    value: float
    low: float
    high: float
    floor: float | None = None


@dataclass(frozen=True)
class SiteFit:
    """scale, bias: fitted on all cases; refits [REFITS, 2] on resamples of patients. `after` figures are cross-fitted: no case is
    judged by a curve that saw its patient. gain: log loss before minus after. refused: code, "" where the fit may be used."""

    refused: str
    text: str
    scale: float
    bias: float
    refits: Floats
    log_loss: tuple[Figure, Figure]
    gain: Figure
    ece: tuple[Figure, Figure]


def still_needed(positives: int, negatives: int) -> tuple[int, int]:
    """(positives, negatives) that are lacking before a fit is tried."""
    return max(0, FEWEST - positives), max(0, FEWEST - negatives)


def too_few(labels: Floats, patients: Sequence[str]) -> str:
    """Why nothing is fitted; "" where there are enough cases of enough patients."""
    classes = (("positives", labels == 1), ("negatives", labels == 0))
    lacking = still_needed(*(int(own.sum()) for _, own in classes))
    needed = [f"{count} more {name}" for count, (name, _) in zip(lacking, classes, strict=True) if count]
    if needed:
        return f"{' and '.join(needed)} needed: {FEWEST} of either at least"
    named = np.asarray(patients)
    few = [(name, people) for name, own in classes if (people := len(np.unique(named[own]))) < FEWEST_PATIENTS]
    said = " and ".join(f"{name} of {people} patients" for name, people in few)
    return f"{said}; {FEWEST_PATIENTS} patients of either needed" if few else ""


def fit_site(cases: SiteCases, seed: int = 0) -> SiteFit:
    """Deterministic. Call it for cases that are not too few. Raises ValueError for those that are."""
    if why := too_few(cases.labels, cases.patients):
        raise ValueError(why)
    z, y, w = cases.logits, cases.labels, cases.weights / cases.weights.mean()
    scale, bias = platt(z, y, w)
    refits = _refits(cases, w, seed)
    log_loss, gain, ece = compared(cases, _cross_fitted(cases, w, seed), seed)
    refused, text = _verdict(scale, refits, gain)
    return SiteFit(refused, text, scale, bias, refits, log_loss, gain, ece)


def compared(
    cases: SiteCases, after: Floats, seed: int = 0
) -> tuple[tuple[Figure, Figure], Figure, tuple[Figure, Figure]]:
    """(log loss before and after, its fall, ECE before and after) of these cases. after: their new numbers [n]."""
    y, w = cases.labels, cases.weights / cases.weights.mean()
    before, now = _log_loss(cases.before, y), _log_loss(after, y)
    mean = _means({"before": before, "after": now, "gain": before - now}, w, cases.patients, seed)
    ece = (_ece(cases.before, y, w, cases.patients, seed), _ece(after, y, w, cases.patients, seed))
    return (mean["before"], mean["after"]), mean["gain"], ece


def platt(z: Floats, y: Floats, w: Floats) -> tuple[float, float]:
    """(a, b) of sigmoid(a z + b) by weighted cross-entropy to Platt's smoothed targets; a may come out negative.

    Platt 1999. Deviation: cases have weights, and a is not bounded, so that a curve that falls is seen.
    """
    positives, negatives = float((y == 1).sum()), float((y == 0).sum())
    targets = np.where(y == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    middle, spread = float(z.mean()), float(z.std()) or 1.0
    u, share = (z - middle) / spread, w / w.sum()

    def loss(parameters: Floats) -> tuple[float, Floats]:
        scaled = parameters[0] * u + parameters[1]
        residual = share * (expit(scaled) - targets)
        return float((share * (np.logaddexp(0, scaled) - targets * scaled)).sum()), np.array(
            [(residual * u).sum(), residual.sum()]
        )

    found = minimize(loss, np.zeros(2), jac=True, method="L-BFGS-B", options={"maxiter": 500, "ftol": 1e-14}).x
    scale = float(found[0]) / spread
    return scale, float(found[1]) - scale * middle


def _log_loss(p: Floats, y: Floats) -> Floats:
    """Of each case [n]."""
    kept = np.clip(p, TINY, 1 - TINY)
    return np.asarray(-np.where(y == 1, np.log(kept), np.log1p(-kept)))


def _errors(p: Floats, y: Floats, w: Floats) -> Floats:
    """Expected calibration error in 15 bins of equal width, L1, for each row of weights [b,n]: sum over bins of |sum w (p - y)|
    divided by sum w. Naeini et al. 2015, weighted."""
    place = np.minimum((p * BINS).astype(int), BINS - 1)
    gaps = np.zeros((len(p), BINS))
    gaps[np.arange(len(p)), place] = p - y
    return np.asarray(np.abs(w @ gaps).sum(axis=1) / w.sum(axis=1))


def _verdict(scale: float, refits: Floats, gain: Figure) -> tuple[str, str]:
    falling = int((refits[:, 0] < LEAST_SCALE).sum())
    if scale < LEAST_SCALE or falling:
        where = "" if scale < LEAST_SCALE else f" in {falling} of {len(refits)} resamples of the patients"
        return "not_increasing", f"the new curve does not rise{where}: a higher score would not mean a higher number"
    if gain.low <= 0:
        return "not_better", (
            f"the log loss does not fall: it falls by {gain.value:.4f} ({gain.low:.4f} … {gain.high:.4f}), and the interval"
            " must lie above 0"
        )
    return "", ""


def _cross_fitted(cases: SiteCases, w: Floats, seed: int) -> Floats:
    """Each case by a curve that was fitted without its patient."""
    fold, found = _folds(cases.labels, cases.patients, seed), np.empty(len(cases.labels))
    for one in range(FOLDS):
        out = fold == one
        scale, bias = platt(cases.logits[~out], cases.labels[~out], w[~out])
        found[out] = expit(scale * cases.logits[out] + bias)
    return found


def _folds(labels: Floats, patients: Sequence[str], seed: int) -> NDArray[np.int64]:
    """Fold of each case: patients in random order, those with the finding dealt out first, so that every fold has some."""
    names, group = np.unique(np.asarray(patients), return_inverse=True)
    with_it = np.zeros(len(names), bool)
    with_it[group[labels == 1]] = True
    order = np.random.default_rng(seed).permutation(len(names))
    order = np.concatenate([order[with_it[order]], order[~with_it[order]]])
    fold = np.empty(len(names), np.int64)
    fold[order] = np.arange(len(names)) % FOLDS
    return np.asarray(fold[group])


def _refits(cases: SiteCases, w: Floats, seed: int) -> Floats:
    found: list[tuple[float, float]] = []
    for chosen in resamples(list(cases.patients), REFITS * 10, seed):
        if 0 < cases.labels[chosen].sum() < len(chosen):
            found.append(platt(cases.logits[chosen], cases.labels[chosen], w[chosen]))
        if len(found) == REFITS:
            break
    return np.array(found)


def _means(values: dict[str, Floats], w: Floats, patients: Sequence[str], seed: int) -> dict[str, Figure]:
    table = np.column_stack([own * w for own in values.values()])
    drawn = _resampled(lambda rows: (rows @ table) / (rows @ w)[:, None], patients, seed)
    own = table.sum(axis=0) / w.sum()
    limits = [percentile_limits(drawn[:, k]) for k in range(len(values))]
    return {name: Figure(float(own[k]), *limits[k]) for k, name in enumerate(values)}


def _ece(p: Floats, y: Floats, w: Floats, patients: Sequence[str], seed: int) -> Figure:
    value = float(_errors(p, y, w[None])[0])
    limits = percentile_limits(_resampled(lambda rows: _errors(p, y, rows * w), patients, seed))
    random = np.random.default_rng(seed)
    by_chance = [float(_errors(p, (random.random(len(p)) < p).astype(float), w[None])[0]) for _ in range(REFITS)]
    return Figure(value, *limits, float(np.mean(by_chance)))


def _resampled(statistic: Callable[[Floats], Floats], patients: Sequence[str], seed: int) -> Floats:
    return np.concatenate([statistic(rows) for rows in weight_blocks(list(patients), DRAWS, seed)])
