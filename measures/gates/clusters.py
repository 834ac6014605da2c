"""Variance of a sum of influences whose patients are independent and whose images of one patient are not."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Codes = NDArray[np.intp]


def patient_codes(patients: NDArray[np.generic]) -> Codes:
    """Each case's patient as a number from 0 [n]."""
    codes: Codes = np.unique(patients, return_inverse=True)[1].astype(np.intp)
    return codes


def count_patients(patients: Codes) -> int:
    """How many different patients the cases are of."""
    return int(np.count_nonzero(np.bincount(patients))) if len(patients) else 0


def cross_sum(one: Floats, one_patients: Codes, other: Floats, other_patients: Codes) -> tuple[float, int]:
    """(sum over patients of their sum in `one` times their sum in `other`, number of patients that stand in either)."""
    size = int(max(one_patients.max(initial=-1), other_patients.max(initial=-1))) + 1
    first = np.bincount(one_patients, one, minlength=size)
    second = np.bincount(other_patients, other, minlength=size)
    present = np.bincount(one_patients, minlength=size) + np.bincount(other_patients, minlength=size)
    return float(first @ second), int(np.count_nonzero(present))


def clustered_variance(influences: Floats, patients: Codes) -> float:
    """I / (I - 1) times the sum over I patients of the square of their summed influences.

    The ratio form of Obuchowski, Biometrics 1997, and Rao and Scott, Biometrics 1992; with one case a patient it is the usual
    n / (n - 1) form. Influences sum to 0. NaN with fewer than two patients.
    """
    total, count = cross_sum(influences, patients, influences, patients)
    return total * count / (count - 1) if count > 1 else float("nan")
