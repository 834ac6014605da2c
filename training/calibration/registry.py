"""Every calibration method by its name in an experiment file (methods.md §12.1)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.calibration_forms import LabelMap, ScaleBias
from measures.bootstrap import resamples
from training.calibration import beta, histogram, isotonic, platt, shared_temperature, temperature, vector
from training.calibration.calibrator import Calibrator
from training.calibration.refits import ATTEMPTS, REFITS, bootstrap_refits
from training.data.samples import MULTILABEL, SINGLE, TASKS
from training.metrics.labels import checked_table

Floats = NDArray[np.floating]
FitLabel = Callable[[Floats, Floats], LabelMap]
FitJointly = Callable[[Floats, Floats, Sequence[ScaleBias] | None], tuple[ScaleBias, ...]]


@dataclass(frozen=True)
class CalibrationMethod:
    """per_label: fit of one label's logits and labels [n]. jointly: by task, fit of all classes [n,K] at once, with the
    parameters of an earlier fit as start or None. fewest: cases below which methods.md §12.1 calls it unsound."""

    name: str
    title: str
    per_label: FitLabel | None = None
    jointly: tuple[tuple[str, FitJointly], ...] = ()
    fewest: int = 0

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks it can calibrate."""
        joint = tuple(task for task, _ in self.jointly)
        return tuple(task for task in TASKS if task in joint or (self.per_label and task == MULTILABEL))

    def fit(self, logits: Floats, labels: Floats, task: str = MULTILABEL) -> Calibrator:
        """Fit on the calibration split: logits [n,K], labels [n,K] of 0, 1, NaN unknown, or one-hot for `single`.

        Deterministic, float64. Raises ValueError for a task the method does not suit, and for a label without a case.
        """
        z, y = self._checked(logits, labels, task)
        joint = dict(self.jointly).get(task)
        if joint is not None:
            return Calibrator(self.name, task, joint(z, y, None), len(z))
        return Calibrator(self.name, task, tuple(self._fit_label(z[:, k], y[:, k]) for k in range(z.shape[1])), len(z))

    def refits(
        self, logits: Floats, labels: Floats, patients: Sequence[str], task: str = MULTILABEL,
        count: int = REFITS, seed: int = 0,
    ) -> list[Calibrator]:  # fmt: skip
        """`count` refits on patient resamples. One without all the classes that it needs is drawn again.

        Raises ValueError when too few resamples hold them.
        """
        z, y = self._checked(logits, labels, task)
        joint = dict(self.jointly).get(task)
        if joint is not None:
            maps = _joint_refits(joint, z, y, patients, task, count, seed)
        else:
            columns = []
            for k in range(z.shape[1]):
                rows = np.flatnonzero(~np.isnan(y[:, k]))
                own = [patients[int(row)] for row in rows]
                columns.append(bootstrap_refits(self._fit_label, z[rows, k], y[rows, k], own, count, seed))
            maps = list(zip(*columns, strict=True))
        return [Calibrator(self.name, task, own, len(z)) for own in maps]

    def _fit_label(self, z: Floats, y: Floats) -> LabelMap:
        known = ~np.isnan(y)
        if self.per_label is None:
            raise ValueError(f"method {self.name!r} fits no label by itself; use fit() with all classes")
        return self.per_label(z[known], y[known])

    def _checked(self, logits: Floats, labels: Floats, task: str) -> tuple[Floats, Floats]:
        if task not in self.tasks:
            raise ValueError(
                f"method {self.name!r} does not calibrate task {task!r}; it is for {', '.join(self.tasks)}"
            )
        table = np.asarray(logits)
        names = [str(k) for k in range(table.shape[1] if table.ndim == 2 else 0)]
        return checked_table(table, labels, [""] * len(table), task, names)


def _joint_refits(
    fit: FitJointly, z: Floats, y: Floats, patients: Sequence[str], task: str, count: int, seed: int
) -> list[tuple[ScaleBias, ...]]:
    start = fit(z, y, None)
    present = y.sum(axis=0) > 0 if task == SINGLE else np.zeros(0)
    found: list[tuple[ScaleBias, ...]] = []
    for indices in resamples(patients, count * ATTEMPTS, seed):
        if len(found) == count:
            break
        if task != SINGLE or (y[indices].sum(axis=0) > 0)[present].all():
            found.append(fit(z[indices], y[indices], start))
    if len(found) < count:
        raise ValueError(f"{len(found)} of {count} resamples hold every class; the calibration split is too small")
    return found


def _shared(task: str) -> FitJointly:
    return lambda z, y, _start: shared_temperature.fit(z, y, task)


def _unchanged(z: Floats, _y: Floats, _start: Sequence[ScaleBias] | None) -> tuple[ScaleBias, ...]:
    return (ScaleBias(1.0, 0.0),) * z.shape[1]


def _class_temperatures(z: Floats, y: Floats, start: Sequence[ScaleBias] | None) -> tuple[ScaleBias, ...]:
    return vector.fit(z, y, with_bias=False, start=start)


def _vector(z: Floats, y: Floats, start: Sequence[ScaleBias] | None) -> tuple[ScaleBias, ...]:
    return vector.fit(z, y, start=start)


_METHODS = (
    CalibrationMethod(
        "none", "sigmoid or softmax of the raw logits", None, tuple((task, _unchanged) for task in TASKS)
    ),
    CalibrationMethod(
        "temperature", "one temperature for all classes", None, tuple((task, _shared(task)) for task in TASKS)
    ),
    CalibrationMethod(
        "temperature-per-label", "a temperature per class", temperature.fit, ((SINGLE, _class_temperatures),)
    ),
    CalibrationMethod("platt", "sigmoid(a z + b), smoothed targets, a > 0", platt.fit),
    CalibrationMethod("vector", "softmax(a_k z_k + b_k)", None, ((SINGLE, _vector),), 1000),
    CalibrationMethod("beta", "logistic in log p and -log(1-p)", beta.fit),
    CalibrationMethod("isotonic", "rising curve by pooling adjacent violators", isotonic.fit, (), 1000),
    CalibrationMethod("histogram", "share of positives in 15 bins of equally many cases", histogram.fit),
)
CALIBRATORS: dict[str, CalibrationMethod] = {method.name: method for method in _METHODS}


def calibration_method(name: str) -> CalibrationMethod:
    """The method of this name. Raises ValueError naming all of them."""
    if name not in CALIBRATORS:
        raise ValueError(f"calibration method {name!r} is not one of {', '.join(CALIBRATORS)}")
    return CALIBRATORS[name]
