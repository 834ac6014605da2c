"""The rule that a calibrator is not fitted where the network was chosen (methods.md §12.3)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any


class CalibrationSplitError(ValueError):
    """A calibration split that shares cases with the one that chose the network; names how many and one of them."""


def check_calibration_split(
    selection_ids: Collection[str], calibration_ids: Collection[str], same_split: bool
) -> dict[str, Any]:
    """Refuse a calibration split that was used for early stopping or tuning, unless `same_split` says it is meant.

    ids: of patients (the rule is by patient) or, where patients are not known, of images. Returns what calibration.json
    and the card must say: {"same_split", "shared", "n", "note"}. Raises CalibrationSplitError.
    """
    shared = sorted(set(selection_ids) & set(calibration_ids))
    if shared and not same_split:
        raise CalibrationSplitError(
            f"{len(shared)} of {len(set(calibration_ids))} calibration ids, for one {shared[0]!r}, also chose the network;"
            " allowed: a disjoint split, or --same-split, which is then written into calibration.json and the card"
        )
    note = (
        f"Fitted on the split that also chose the network ({len(shared)} shared): confidence may be overstated."
        if shared
        else "Fitted on patients that neither trained nor chose the network."
    )
    return {"same_split": bool(shared), "shared": len(shared), "n": len(set(calibration_ids)), "note": note}
