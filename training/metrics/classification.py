"""Classification metrics of a set of cases, each with its interval (methods.md §10)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, logit, logsumexp

from measures.bootstrap import METHOD, percentile_intervals
from measures.roc_area import weighted_auc
from training.data.samples import SINGLE
from training.metrics import auc
from training.metrics.confusion import RATES, Decisions, answers_of, decided, ratio
from training.metrics.estimate import Estimate, undefined
from training.metrics.labels import checked_table

NO_FINDING = ("no finding", "normal")  # how data sets call the class without disease

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Timing:
    """Time of one pass over the whole set: without n, device and batch size a number of seconds says nothing."""

    seconds: float
    n: int
    device: str
    batch: int

    def document(self) -> dict[str, Any]:
        """JSON-ready."""
        value = round(self.seconds, 6)
        return {"value": value, "ci": None, "n": self.n, "method": f"{self.device}, batch {self.batch}"}


@dataclass(frozen=True)
class _Cases:
    """What the statistics are made of. scores: what AUC ranks [n,K]; losses, loss_weights: [n,L], L = K or 1."""

    scores: NDArray[np.float64]
    labels: NDArray[np.float64]
    task: str
    classes: tuple[str, ...]
    decisions: Decisions
    losses: NDArray[np.float64]
    loss_weights: NDArray[np.float64]


def classification_metrics(
    logits: Floats,
    labels: Floats,
    patients: Sequence[str],
    task: str,
    classes: Sequence[str],
    *,
    draws: int = 1000,
    thresholds: Sequence[float] | None = None,
    timing: Timing | None = None,
) -> dict[str, dict[str, Any]]:
    """All metrics by name, each {"value", "ci", "n", "method", "note"?}.

    multilabel: auc_LABEL, auc_mean, acc (share of right answers over all known labels), acc_se, precision_LABEL,
    recall_LABEL, specificity_LABEL, f1_LABEL, f2_LABEL, their means over labels (precision, recall, specificity, f1_macro,
    f2) and loss (binary cross-entropy). single: the same one-vs-rest, auc_ovr instead of auc_mean, acc = share of right
    classes, fnfr, loss = cross-entropy. A label of which one class is absent has AUC null and is left out of the mean.

    logits: raw [n,K] (of a probability alone: its log for `single`, its logit otherwise). labels: [n,K] of 0, 1, NaN
    unknown; one-hot for `single`. thresholds: probabilities, one per label, default one half. Intervals: DeLong for AUC,
    the patient bootstrap with `draws` resamples (seed 0) for the rest. Raises ValueError.
    """
    z, y = checked_table(logits, labels, patients, task, classes)
    limits = np.zeros(len(classes)) if thresholds is None else logit(np.asarray(thresholds, np.float64))
    decisions = decided(answers_of(z, task, limits), y)
    cases = _Cases(log_odds(z, task), y, task, tuple(classes), decisions, *_losses(z, y, task))
    if len(y) == 0:
        return {"acc": undefined(0, METHOD, "no case").document()}
    values = {name: float(found[0]) for name, found in _statistics(cases, np.ones((1, len(y)))).items()}
    intervals = percentile_intervals(lambda weights: _statistics(cases, weights), patients, draws)
    documents = _documents(cases, values, intervals)
    return documents | ({} if timing is None else {"seconds": timing.document()})


def log_odds(logits: Floats, task: str) -> NDArray[np.float64]:
    """log(p / (1-p)) of each class: z itself for sigmoid outputs, z_k - log sum_{j != k} exp z_j for a softmax.

    It orders cases as the probability does, and does not run into ties where float64 rounds a probability to 1.
    """
    z = np.asarray(logits, np.float64)
    if task != SINGLE:
        return z
    others = [logsumexp(np.delete(z, k, axis=1), axis=1) for k in range(z.shape[1])]
    odds: NDArray[np.float64] = z - np.stack(others, axis=1)
    return odds


def _losses(z: Floats, y: Floats, task: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if task == SINGLE:
        return -(log_softmax(z, axis=1) * y).sum(axis=1, keepdims=True), np.ones((len(y), 1))
    known = ~np.isnan(y)
    truth = np.where(known, y, 0.0)
    return np.where(known, np.logaddexp(0, z) - truth * z, 0.0), known.astype(np.float64)


def _statistics(cases: _Cases, weights: Floats) -> Mapping[str, NDArray[np.float64]]:
    """Every metric for every row of case weights [d,n]."""
    counts = cases.decisions.counts(weights)
    right, wrong = (counts.tp + counts.tn).sum(axis=1), (counts.fp + counts.fn).sum(axis=1)
    if cases.task == SINGLE:
        right, wrong = counts.tp.sum(axis=1), counts.fn.sum(axis=1)
    found = {"acc": ratio(right, right + wrong)}
    for rate, values in counts.rates().items():
        found[f"{rate}_macro" if rate == "f1" else rate] = values.mean(axis=1)
        found |= {f"{rate}_{name}": values[:, k] for k, name in enumerate(cases.classes)}
    found["loss"] = ratio((weights @ cases.losses).sum(axis=1), (weights @ cases.loss_weights).sum(axis=1))
    return found | _areas(cases, weights) | _false_no_findings(cases, weights)


def _areas(cases: _Cases, weights: Floats) -> dict[str, NDArray[np.float64]]:
    found, defined = {}, []
    for k, name in enumerate(cases.classes):
        rows = np.flatnonzero(~np.isnan(cases.labels[:, k]))
        y = cases.labels[rows, k]
        found[f"auc_{name}"] = weighted_auc(cases.scores[rows, k], y, weights[:, rows])
        if 0 < y.sum() < len(y):
            defined.append(found[f"auc_{name}"])
    mean = np.mean(defined, axis=0) if defined else np.full(len(weights), np.nan)
    return found | {_mean_area(cases.task): mean}


def _mean_area(task: str) -> str:
    return "auc_ovr" if task == SINGLE else "auc_mean"


def _no_finding_column(cases: _Cases) -> int | None:
    names = [name.lower().replace("_", " ") for name in cases.classes]
    columns = [names.index(name) for name in NO_FINDING if name in names]
    return columns[0] if cases.task == SINGLE and columns else None


def _false_no_findings(cases: _Cases, weights: Floats) -> dict[str, NDArray[np.float64]]:
    """FNFR (paper 003 §7): #(true != No Finding and answered No Finding) / #(true != No Finding)."""
    column = _no_finding_column(cases)
    if column is None:
        return {}
    missed = weights @ cases.decisions.false_positive[:, column]
    diseased = weights @ (cases.labels[:, column] == 0).astype(np.float64)
    return {"fnfr": ratio(missed, diseased)}


def _documents(
    cases: _Cases, values: Mapping[str, float], intervals: Mapping[str, tuple[float, float]]
) -> dict[str, dict[str, Any]]:
    known = ~np.isnan(cases.labels)
    n = len(known) if cases.task == SINGLE else int(known.sum())
    own = {f"{rate}_{name}": int(known[:, k].sum()) for k, name in enumerate(cases.classes) for rate in RATES}
    found = {
        name: Estimate(value, intervals[name], own.get(name, n), METHOD).document() for name, value in values.items()
    }
    if "fnfr" in found:
        found["fnfr"]["n"] = int((cases.labels[:, _no_finding_column(cases) or 0] == 0).sum())
    elif cases.task == SINGLE:
        found["fnfr"] = undefined(0, METHOD, f"no class is called {' or '.join(NO_FINDING)}").document()
    error = math.sqrt(values["acc"] * (1 - values["acc"]) / n) if n else math.nan
    note = "one standard error, not a 95 % interval"
    found["acc_se"] = Estimate(error, (math.nan, math.nan), n, "sqrt(p(1-p)/n)", note).document()
    return found | _area_documents(cases, found, intervals)


def _area_documents(
    cases: _Cases, found: Mapping[str, dict[str, Any]], intervals: Mapping[str, tuple[float, float]]
) -> dict[str, dict[str, Any]]:
    """AUC with DeLong's interval, the patient bootstrap beside it, and what the mean had to leave out."""
    documents, absent = {}, []
    for k, name in enumerate(cases.classes):
        rows = np.flatnonzero(~np.isnan(cases.labels[:, k]))
        y = cases.labels[rows, k]
        document = auc.estimate(cases.scores[rows, k], y).document() | {"n_positive": int(y.sum())}
        if document["value"] is None:
            absent.append(name)
        else:
            document["patient_bootstrap_ci"] = [round(end, 6) for end in intervals[f"auc_{name}"]]
        documents[f"auc_{name}"] = document
    mean = found[_mean_area(cases.task)] | {"n": len(cases.labels)}
    note = {"note": f"left out, one class is absent: {', '.join(absent)}"} if absent else {}
    return documents | {_mean_area(cases.task): mean | note}
